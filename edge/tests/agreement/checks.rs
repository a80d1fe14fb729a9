//! What must hold for any bytes whatever: the property tests, the fuzz targets and the test that replays what the fuzz
//! targets found all call these. They panic where it does not hold.

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use prost_reflect::{DeserializeOptions, DynamicMessage, SerializeOptions};
use rollcall_edge::JsonInput;
use serde_json::Value as Json;

use super::differences;
use super::mirror::{Mirror, everything};
use super::same::{self, Numbers};

/// A document means the same to the edge and to the library, or nothing to both; what Strict takes ProtoJSON takes with
/// the same result; and what was read can be written and read again.
pub fn json_to_wire(json: &[u8]) {
    // Over HTTP an absent body stands for an empty object.
    if json.is_empty() {
        return;
    }
    Mirror::with(|mirror| {
        let own = mirror.to_wire(json, JsonInput::ProtoJson);
        match (mirror.to_wire(json, JsonInput::Strict), &own) {
            (Ok(strict), Ok(own)) => assert_eq!(&strict, own),
            (Ok(_), Err(refusal)) => assert!(differences::only_strict(refusal), "only Strict takes it: {refusal}"),
            (Err(_), _) => {}
        }
        if let Ok(wire) = &own {
            write_and_read(mirror, wire);
        }
        let own = own.map(|wire| DynamicMessage::decode(everything(), wire).expect("what was read is valid protobuf"));
        let parsed = std::str::from_utf8(json).ok().and_then(|text| Some((text, serde_json::from_str(text).ok()?)));
        let Some((text, document)) = parsed else {
            // serde_json also refuses what is nested too deeply and numbers that no double holds.
            assert!(own.is_err(), "the edge reads what is no JSON");
            return;
        };
        if differences::breaks_the_library(&document) {
            return;
        }
        match (own, library_read(text)) {
            (Ok(own), Ok(expected)) => {
                let same = same::messages(&own, &expected, Numbers::Near) || differences::numbers_may_differ(text);
                assert!(same, "the edge reads {}, the library {}", show(&own), show(&expected));
            }
            (Err(refusal), Ok(expected)) => {
                let meant = differences::only_the_library_reads(&refusal, text, &document);
                assert!(meant, "only the library reads it, as {}; the edge: {refusal}", show(&expected));
            }
            (Ok(own), Err(fault)) => {
                let meant = differences::only_the_edge_reads(&fault, text, &document);
                assert!(meant, "only the edge reads it, as {}; the library: {fault}", show(&own));
            }
            (Err(_), Err(_)) => {}
        }
    });
}

fn write_and_read(mirror: &Mirror, wire: &[u8]) {
    let written = mirror.to_json(wire).unwrap_or_else(|_| panic!("it does not write what it read: {wire:?}"));
    let again = mirror.to_wire(written.as_bytes(), JsonInput::ProtoJson).expect("it reads what it wrote");
    let decoded = |wire: &[u8]| DynamicMessage::decode(everything(), wire).expect("what was read is valid protobuf");
    let (message, again) = (decoded(wire), decoded(&again));
    let same = same::messages(&message, &again, Numbers::Exact);
    assert!(same, "{} came back as {} by {written}", show(&message), show(&again));
}

/// A message is written as the library writes it, and reads back as the same message; what the library cannot decode is
/// refused or is some valid JSON.
pub fn wire_to_json(wire: &[u8]) {
    Mirror::with(|mirror| {
        let own = mirror.to_json(wire);
        // The edge looks at nothing but what it writes: neither at what a later value replaces, nor at values of another
        // wire type than their field's, which are unknown to it and an error to the library, nor whether the parts of a
        // message are messages each.
        let message = DynamicMessage::decode(everything(), wire).ok();
        let message = message.filter(|_| !differences::misleads_the_library(&everything(), wire));
        if let Ok(text) = &own {
            let document: Json = serde_json::from_str(text).expect("what was written is JSON");
            if let Some(message) = &message {
                match library_written(message) {
                    Ok(expected) => {
                        assert!(same::documents(&document, &expected), "the edge {text}, the library {expected}");
                    }
                    Err(fault) => {
                        let meant = differences::only_the_edge_writes(&fault, message);
                        assert!(meant, "only the edge writes {text}; the library: {fault}");
                    }
                }
            }
            read_back(mirror, text, message.as_ref());
        } else if let Some(message) = &message
            && let Ok(document) = library_written(message)
        {
            assert!(differences::only_the_library_writes(message), "only the library writes {document}");
        }
    });
}

fn read_back(mirror: &Mirror, text: &str, message: Option<&DynamicMessage>) {
    let again = match mirror.to_wire(text.as_bytes(), JsonInput::ProtoJson) {
        Ok(again) => again,
        // An answer may be nested more deeply than a request.
        Err(refusal) if refusal.contains("nested more than") => return,
        Err(refusal) => panic!("it does not read what it wrote, {text}: {refusal}"),
    };
    assert_eq!(mirror.to_json(&again).as_deref(), Ok(text), "what was read back is written differently");
    if let Some(message) = message {
        let again = DynamicMessage::decode(everything(), again).unwrap();
        let same = same::messages(message, &again, Numbers::Exact);
        assert!(same, "{} came back as {} by {text}", show(message), show(&again));
    }
}

/// A request as text (a line, headers, an empty line, a body) gets an answer that is not the server's fault, and a
/// problem when it is the client's.
pub fn request_line(text: &[u8]) {
    let Some(request) = parse(text) else { return };
    let is_head = request.method() == Method::HEAD;
    let is_grpc = |value: &header::HeaderValue| value.as_bytes().to_ascii_lowercase().starts_with(b"application/grpc");
    let is_grpc = request.headers().get_all(header::CONTENT_TYPE).iter().any(is_grpc);
    let has_deadline = request.headers().contains_key("grpc-timeout");
    Mirror::with(|mirror| {
        let answer = mirror.send(JsonInput::Strict, request);
        let status = answer.status;
        // The only fault that a client can ask for is a deadline that is over before anything was done.
        let late = status == StatusCode::GATEWAY_TIMEOUT && has_deadline;
        let text = String::from_utf8_lossy(&answer.body);
        let odd = text.contains("ANSWER_UNREADABLE") && differences::reflects_an_odd_mask(&mirror.heard());
        assert!(!status.is_server_error() || late || odd, "{status}: {text}");
        if (status.is_client_error() || late) && !is_grpc {
            assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json", "{status}");
            if !is_head && !answer.headers.contains_key(header::CONTENT_ENCODING) {
                let problem: Json = serde_json::from_str(&text).expect("a problem is JSON");
                assert_eq!(problem["status"], status.as_u16(), "{text}");
            }
        }
    });
}

fn parse(text: &[u8]) -> Option<Request<Bytes>> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let line = lines.next()?;
    let space = line.iter().position(|byte| *byte == b' ')?;
    let mut request = Request::builder().method(&line[..space]).uri(&line[space + 1..]);
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':')?;
        request = request.header(&line[..colon], line[colon + 1..].trim_ascii());
    }
    let body: Vec<&[u8]> = lines.collect();
    request.body(body.join(&b'\n').into()).ok()
}

/// For people. A message's own debug form never ends, where its type holds itself.
fn show(message: &DynamicMessage) -> String {
    library_written(message).map_or_else(|fault| fault, |document| document.to_string())
}

pub fn library_written(message: &DynamicMessage) -> Result<Json, String> {
    let options =
        SerializeOptions::new().use_proto_field_name(true).skip_default_fields(false).stringify_64_bit_integers(true);
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut out);
    message.serialize_with_options(&mut serializer, &options).map_err(|fault| fault.to_string())?;
    serde_json::from_slice(&out).map_err(|fault| fault.to_string())
}

fn library_read(json: &str) -> Result<DynamicMessage, String> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let message = DynamicMessage::deserialize_with_options(everything(), &mut deserializer, &options)
        .map_err(|fault| fault.to_string())?;
    deserializer.end().map_err(|fault| fault.to_string())?;
    Ok(message)
}
