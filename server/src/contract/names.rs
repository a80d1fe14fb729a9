//! Brings the names in wire bytes into the form that names have, before anybody reads them.

use bytes::Buf as _;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, encode_key, encode_varint, skip_field};

use super::rules::{Message, Rules, Wire};
use crate::name;

/// Messages can hold each other without end; what is nested deeper is refused by the rules.
const MAX_DEPTH: usize = 32;

/// The message with its names in their form, or None where they are so already. Bytes that are no message stay as they are,
/// for the rules to refuse.
pub fn normalise(rules: &Rules, place: usize, bytes: &[u8]) -> Option<Vec<u8>> {
    rewrite(rules, &rules.messages[place], bytes, MAX_DEPTH)
}

fn rewrite(rules: &Rules, message: &Message, bytes: &[u8], depth: usize) -> Option<Vec<u8>> {
    if !message.has_names || depth == 0 {
        return None;
    }
    let (mut written, mut kept) = (Vec::new(), 0);
    let mut rest = bytes;
    while rest.has_remaining() {
        let begin = bytes.len() - rest.len();
        let (number, wire_type) = decode_key(&mut rest).ok()?;
        let field = message.fields.iter().find(|field| field.number == number);
        let (Some(field), WireType::LengthDelimited) = (field, wire_type) else {
            skip_field(wire_type, number, &mut rest, DecodeContext::default()).ok()?;
            continue;
        };
        let length = usize::try_from(decode_varint(&mut rest).ok()?).ok()?;
        let (value, tail) = rest.split_at_checked(length)?;
        rest = tail;
        let other = match field.wire {
            Wire::String if field.is_name => other_form(value),
            Wire::Message(inner) => rewrite(rules, &rules.messages[inner], value, depth - 1),
            _ => None,
        };
        if let Some(other) = other {
            written.extend_from_slice(&bytes[kept..begin]);
            encode_key(number, WireType::LengthDelimited, &mut written);
            encode_varint(other.len() as u64, &mut written);
            written.extend_from_slice(&other);
            kept = bytes.len() - rest.len();
        }
    }
    if kept == 0 {
        return None;
    }
    written.extend_from_slice(&bytes[kept..]);
    Some(written)
}

fn other_form(value: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(value).ok()?;
    let normal = name::normal(text);
    (normal != text).then(|| normal.into_owned().into_bytes())
}
