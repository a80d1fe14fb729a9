//! What input is refused with and what both modes take, in tables; how deep things may be nested; and how fast it is.
//! That the plan means what others mean is for `tests/agreement`.

use prost::Message as _;
use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, MessageDescriptor, ReflectMessage as _, SerializeOptions,
};
use serde_json::Value as Json;
use std::sync::LazyLock;

use super::{JsonInput, read, write};
use crate::plan::Plan;
use crate::wire;

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut compiler = protox::Compiler::new([format!("{root}/tests/proto"), format!("{root}/../proto")]).unwrap();
    compiler.include_imports(true).open_file("everything.proto").unwrap();
    compiler.descriptor_pool()
});
static PLAN: LazyLock<Plan> = LazyLock::new(|| Plan::new(&POOL));

fn everything() -> MessageDescriptor {
    POOL.get_message_by_name("edge.test.v1.Everything").unwrap()
}

fn written(wire: &[u8], name: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    write::message(&PLAN, PLAN.message_id(name).unwrap(), wire, &mut out).map_err(|fault| fault.to_string())?;
    Ok(out)
}

fn read(json: &[u8], name: &str, input: JsonInput) -> Result<DynamicMessage, String> {
    let mut out = Vec::new();
    read::message(&PLAN, PLAN.message_id(name).unwrap(), json, input, &mut out)
        .map_err(|refusal| format!("{}: {}", refusal.path(), refusal.what))?;
    let descriptor = POOL.get_message_by_name(name).unwrap();
    Ok(DynamicMessage::decode(descriptor, out.as_slice()).expect("what was read is valid protobuf"))
}

fn oracle_read(json: &str, descriptor: MessageDescriptor) -> Result<DynamicMessage, String> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let message = DynamicMessage::deserialize_with_options(descriptor, &mut deserializer, &options)
        .map_err(|fault| fault.to_string())?;
    deserializer.end().map_err(|fault| fault.to_string())?;
    Ok(message)
}

const NAME: &str = "edge.test.v1.Everything";

fn refusal(json: &str, input: JsonInput) -> String {
    read(json.as_bytes(), NAME, input).unwrap_err()
}

#[test]
fn strict_input_names_the_field_and_what_is_allowed() {
    for (json, expected) in [
        (r#"{"nope":1}"#, "nope: unknown field"),
        (r#"{"last":"a","last":"b"}"#, "last: given more than once"),
        (r#"{"strange_NAME":"a","aNameOfItsOwn":"b"}"#, "aNameOfItsOwn: given more than once"),
        (r#"{"last":null}"#, "last: null is not allowed: leave the field out"),
        (r#"{"lists":{"strings":null}}"#, "lists.strings: null is not allowed: leave the field out"),
        (r#"{"lists":{"strings":["a",null]}}"#, "lists.strings[1]: null is not allowed: leave the field out"),
        (r#"{"scalars":{"an_int32":"1"}}"#, "scalars.an_int32: must be a number, not a string"),
        (
            r#"{"scalars":{"an_int32":2147483648}}"#,
            "scalars.an_int32: must be a whole number between -2147483648 and 2147483647",
        ),
        (
            r#"{"scalars":{"an_int64":-9223372036854775809}}"#,
            "scalars.an_int64: must be a whole number between -9223372036854775808 and 9223372036854775807",
        ),
        (
            r#"{"scalars":{"an_int64":"0858"}}"#,
            "scalars.an_int64: must be a whole number between -9223372036854775808 and 9223372036854775807",
        ),
        (r#"{"scalars":{"an_int64":"1e5"}}"#, "scalars.an_int64: must be a whole number, written in digits"),
        (r#"{"scalars":{"a_double":"1"}}"#, "scalars.a_double: must be a number, not a string"),
        (r#"{"scalars":{"a_float":1e39}}"#, "scalars.a_float: must be a number in the range of the field"),
        (r#"{"scalars":{"a_bool":"true"}}"#, "scalars.a_bool: must be a boolean, not a string"),
        (r#"{"scalars":{"a_bool":1}}"#, "scalars.a_bool: must be a boolean, not a number"),
        (r#"{"scalars":{"a_string":1}}"#, "scalars.a_string: must be a string, not a number"),
        (r#"{"scalars":{"some_bytes":"*"}}"#, "scalars.some_bytes: must be base64"),
        (r#"{"scalars":{"a_color":"PINK"}}"#, "scalars.a_color: must be one of BLUE, COLOR_UNSPECIFIED, RED, GREEN"),
        (r#"{"scalars":{"a_color":1}}"#, "scalars.a_color: must be one of BLUE, COLOR_UNSPECIFIED, RED, GREEN"),
        (r#"{"scalars":[]}"#, "scalars: must be an object, not a list"),
        (r#"{"lists":{"int32s":{}}}"#, "lists.int32s: must be a list, not an object"),
        (r#"{"more":[{},{"last":1}]}"#, "more[1].last: must be a string, not a number"),
        (
            r#"{"maps":{"numbers":{"x":"1"}}}"#,
            r#"maps.numbers["x"]: the key must be a whole number between -2147483648 and 2147483647"#,
        ),
        (r#"{"maps":{"strings":{"a":"b","a":"c"}}}"#, r#"maps.strings["a"]: given more than once"#),
        (r#"{"maps":{"numbers":{"1":"1","1":"2"}}}"#, r#"maps.numbers["1"]: given more than once"#),
        (r#"{"optionals":{"text":"a","number":1}}"#, "optionals.number: only one member of \"choice\" may be given"),
        (
            r#"{"known":{"time":"yesterday"}}"#,
            "known.time: must be a time such as \"2026-01-31T09:30:00Z\" (RFC 3339, years 0001 to 9999)",
        ),
        (
            r#"{"known":{"duration":"1"}}"#,
            "known.duration: must be a duration in seconds such as \"1.5s\", at most 315576000000s",
        ),
        (r#"{"known":{"any":{"@type":"x/no.Such"}}}"#, "known.any.@type: unknown type"),
        (r#"{"known":{"any":{"a":1}}}"#, "known.any.@type: must name the type of the value"),
        (r#"{"known":{"object":{"a":1,"a":2}}}"#, r#"known.object["a"]: given more than once"#),
        (r#"{"known":{"empty":{"a":1}}}"#, "known.empty.a: unknown field"),
        ("[]", ": must be an object, not a list"),
    ] {
        assert_eq!(refusal(json, JsonInput::Strict), expected, "{json}");
    }
}

#[test]
fn both_modes_take_what_people_write() {
    for json in [
        r#"{"scalars":{"aColor":"red","an_int64":9007199254740993,"a_double":"NaN","some_bytes":"_-8"}}"#,
        r#"{"scalars":{"an_int32":1.0,"a_uint32":1e2,"an_int64":"-9223372036854775808"}}"#,
        r#"{"known":{"value":null,"null":null,"mask":"a,fooBar.baz","any":{}}}"#,
        r#"{"known":{"any":{"a_string":"x","@type":"type.googleapis.com/edge.test.v1.Scalars"}}}"#,
        r#"{"known":{"any":{"value":"1s","@type":"type.googleapis.com/google.protobuf.Duration"}}}"#,
        r#"{"lists":{"values":[null,1,"a",{"b":[]}]}}"#,
    ] {
        for input in [JsonInput::Strict, JsonInput::ProtoJson] {
            read(json.as_bytes(), NAME, input).unwrap_or_else(|fault| panic!("{json}: {fault}"));
        }
    }
    let message = read(br#"{"scalars":{"an_int64":9007199254740993}}"#, NAME, JsonInput::Strict).unwrap();
    let json = String::from_utf8(written(&message.encode_to_vec(), NAME).unwrap()).unwrap();
    assert!(json.contains(r#""an_int64":"9007199254740993""#));
    assert!(read(br#"{"last":null,"scalars":{"an_int32":"7","a_color":1}}"#, NAME, JsonInput::ProtoJson).is_ok());
    assert!(read(br#"{"known":{"mask":"foo_bar"}}"#, NAME, JsonInput::Strict).is_ok());
}

#[test]
fn depth_is_bounded_on_both_sides() {
    let nested = |depth: usize| format!("{}{{}}{}", r#"{"inner":"#.repeat(depth), "}".repeat(depth));
    assert!(read(nested(63).as_bytes(), NAME, JsonInput::Strict).is_ok());
    assert!(refusal(&nested(64), JsonInput::Strict).contains("nested more than 64 levels deep"));
    let mut wire = Vec::new();
    for _ in 0..200 {
        wire = put(6, &wire);
    }
    assert!(written(&wire, NAME).unwrap_err().contains("nested more than 100"));
}

#[test]
fn parts_of_a_message_merge_and_the_last_member_of_a_oneof_wins() {
    let message = |json: &str| read(json.as_bytes(), NAME, JsonInput::Strict).unwrap().encode_to_vec();
    let mut wire = message(r#"{"scalars":{"an_int32":1,"a_string":"a"},"optionals":{"text":"x"},"last":"one"}"#);
    wire.extend(message(r#"{"scalars":{"an_int32":2},"optionals":{"number":5},"last":"two"}"#));
    let json: Json = serde_json::from_slice(&written(&wire, NAME).unwrap()).unwrap();
    assert_eq!(json["scalars"]["an_int32"], 2);
    assert_eq!(json["scalars"]["a_string"], "a");
    assert_eq!(json["optionals"], serde_json::json!({"number": 5}));
    assert_eq!(json["last"], "two");
    let merged = DynamicMessage::decode(everything(), wire.as_slice()).unwrap();
    assert_eq!(merged.descriptor(), everything());
}

/// A field of a message, by its number.
fn put(number: u32, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    wire::put_tag(&mut out, number, wire::LEN);
    wire::put_bytes(&mut out, content);
    out
}

fn json_of(wire: &[u8]) -> Json {
    serde_json::from_slice(&written(wire, NAME).unwrap()).unwrap()
}

#[test]
fn keys_that_are_written_alike_are_one_key() {
    // true is any number but zero, and an int32 the lower half of its varint.
    let truths = [put(4, &[0x08, 1, 0x12, 0]), put(4, &[0x08, 2, 0x12, 2, 0x18, 7])].concat();
    assert_eq!(json_of(&put(4, &truths))["maps"]["scalars"].as_object().unwrap().len(), 1);
    let fives = [put(2, &[0x08, 5, 0x10, 1]), put(2, &[0x08, 0x85, 0x80, 0x80, 0x80, 0x10, 0x10, 2])].concat();
    assert_eq!(json_of(&put(4, &fives))["maps"]["numbers"], serde_json::json!({"5": "2"}));
}

#[test]
fn values_of_maps_and_of_value_come_in_parts_too() {
    let entry = [&[0x08, 1][..], &put(2, &[0x18, 7]), &put(2, &[0x68, 1])].concat();
    let scalars = &json_of(&put(4, &put(4, &entry)))["maps"]["scalars"]["true"];
    assert_eq!((&scalars["an_int32"], &scalars["a_bool"]), (&Json::from(7), &Json::from(true)));
    let member = |name: &[u8]| put(5, &put(1, &[put(1, name), put(2, &[0x20, 1])].concat()));
    let both = [member(b"a"), member(b"b")].concat();
    assert_eq!(json_of(&put(5, &put(5, &both)))["known"]["value"], serde_json::json!({"a": true, "b": true}));
    let other = [member(b"a"), put(3, b"text"), member(b"b")].concat();
    assert_eq!(json_of(&put(5, &put(5, &other)))["known"]["value"], serde_json::json!({"b": true}));
}

#[test]
fn members_of_value_with_another_wire_type_are_unknown() {
    let value = [&put(3, b"text")[..], &[0x10, 1], &put(4, b"x"), &[0x1d, 0, 0, 0, 0]].concat();
    assert_eq!(json_of(&put(5, &put(5, &value)))["known"]["value"], "text");
}

#[test]
fn masks_that_would_not_read_back_are_not_written() {
    for path in ["a,b", "", "a_", "a__b", "a_1", "aB"] {
        assert!(written(&put(5, &put(3, &put(1, path.as_bytes()))), NAME).is_err(), "{path}");
    }
}

#[test]
fn the_first_of_two_names_is_written_and_both_are_read() {
    let json = br#"{"legacy":{"alias":"ALSO_FIRST"}}"#;
    let wire = read(json, NAME, JsonInput::Strict).unwrap().encode_to_vec();
    assert_eq!(json_of(&wire)["legacy"]["alias"], "FIRST");
}

#[test]
fn an_empty_in_an_any_needs_no_value_and_gets_none() {
    let bare = r#"{"known":{"any":{"@type":"x/google.protobuf.Empty"}}}"#;
    for json in [bare, r#"{"known":{"any":{"@type":"x/google.protobuf.Empty","value":{}}}}"#] {
        let wire = read(json.as_bytes(), NAME, JsonInput::Strict).unwrap().encode_to_vec();
        assert_eq!(json_of(&wire)["known"]["any"], serde_json::json!({"@type": "x/google.protobuf.Empty"}));
    }
}

#[test]
fn messages_are_never_nested_more_deeply_than_decoders_take() {
    let lists = |levels: usize| format!(r#"{{"known":{{"value":{}{}}}}}"#, "[".repeat(levels), "]".repeat(levels));
    assert!(read(lists(49).as_bytes(), NAME, JsonInput::Strict).is_ok());
    assert_eq!(refusal(&lists(50), JsonInput::Strict).rsplit(": ").next(), Some("nested more than 100 messages deep"));
    // The message, with as many inside as it may have, and with one more.
    let nested = |levels: usize| (0..levels).fold(Vec::new(), |inner, _| put(6, &inner));
    assert!(written(&nested(100), NAME).is_ok());
    assert!(written(&nested(101), NAME).is_err());
}

/// Run with `--release`, `--ignored` and `--nocapture`.
#[test]
#[ignore = "a measurement"]
fn speed() {
    let json = br#"{"scalars":{"a_double":1.5,"an_int32":7,"an_int64":"9007199254740993","a_bool":true,"a_string":"a name of some length","some_bytes":"AAECAwQFBgcICQoLDA0ODw==","a_color":"RED"},"lists":{"strings":["one","two","three"],"int32s":[1,2,3]},"maps":{"strings":{"color":"red","size":"large"}},"known":{"time":"2026-01-31T09:30:00Z"},"last":"end"}"#;
    let descriptor = everything();
    let id = PLAN.message_id(NAME).unwrap();
    let wire = read(json, NAME, JsonInput::Strict).unwrap().encode_to_vec();
    let text = std::str::from_utf8(json).unwrap();
    let time = |what: &str, run: &mut dyn FnMut()| {
        let best = (0..30).map(|_| {
            let start = std::time::Instant::now();
            (0..2_000).for_each(|_| run());
            start.elapsed() / 2_000
        });
        println!("{what}: {:?}", best.min().unwrap());
    };
    let mut out = Vec::new();
    time("plan   JSON to wire", &mut || {
        out.clear();
        read::message(&PLAN, id, json, JsonInput::Strict, &mut out).unwrap();
    });
    time("oracle JSON to wire", &mut || {
        drop(oracle_read(text, descriptor.clone()).unwrap().encode_to_vec());
    });
    time("plan   wire to JSON", &mut || {
        out.clear();
        write::message(&PLAN, id, &wire, &mut out).unwrap();
    });
    time("oracle wire to JSON", &mut || {
        let message = DynamicMessage::decode(descriptor.clone(), wire.as_slice()).unwrap();
        let options = SerializeOptions::new().use_proto_field_name(true).skip_default_fields(false);
        out.clear();
        message.serialize_with_options(&mut serde_json::Serializer::new(&mut out), &options).unwrap();
    });
}
