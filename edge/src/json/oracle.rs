//! The plan against the message library: random messages and random JSON must mean the same to both, or nothing to
//! both.

use proptest::prelude::*;
use prost::Message as _;
use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor,
    ReflectMessage as _, SerializeOptions, Value,
};
use serde_json::Value as Json;
use std::sync::LazyLock;

use super::{JsonInput, read, write};
use crate::plan::Plan;

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

fn oracle_written(message: &DynamicMessage) -> Result<Json, String> {
    let options =
        SerializeOptions::new().use_proto_field_name(true).skip_default_fields(false).stringify_64_bit_integers(true);
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut out);
    message.serialize_with_options(&mut serializer, &options).map_err(|fault| fault.to_string())?;
    Ok(serde_json::from_slice(&out).unwrap())
}

fn oracle_read(json: &str, descriptor: MessageDescriptor) -> Result<DynamicMessage, String> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let message = DynamicMessage::deserialize_with_options(descriptor, &mut deserializer, &options)
        .map_err(|fault| fault.to_string())?;
    deserializer.end().map_err(|fault| fault.to_string())?;
    Ok(message)
}

/// 1 and 1.0 are the same number.
fn normal(json: &Json) -> Json {
    match json {
        Json::Number(number) => Json::from(number.as_f64().unwrap()),
        Json::Array(items) => items.iter().map(normal).collect(),
        Json::Object(members) => members.iter().map(|(key, value)| (key.clone(), normal(value))).collect(),
        other => other.clone(),
    }
}

/// Random choices, from bytes that shrink.
struct Dice<'b> {
    bytes: std::slice::Iter<'b, u8>,
}

impl Dice<'_> {
    fn byte(&mut self) -> u8 {
        // 3 means no field, so that few bytes make a small message.
        self.bytes.next().copied().unwrap_or(3)
    }

    fn below(&mut self, bound: u8) -> u8 {
        self.byte() % bound
    }

    fn word(&mut self) -> u64 {
        match self.below(4) {
            0 => u64::from(self.byte()),
            1 => u64::MAX - u64::from(self.byte()),
            2 => (1 << 63) ^ u64::from(self.byte()),
            _ => u64::from_le_bytes(std::array::from_fn(|_| self.byte())),
        }
    }

    fn double(&mut self) -> f64 {
        match self.below(5) {
            0 => 0.0,
            1 => [f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MAX, f64::MIN_POSITIVE][self.below(5) as usize],
            2 => f64::from(self.byte()) / 8.0,
            // serde_json reads some of the longest decimals one unit off, so the oracle gets short ones.
            _ => (self.word() as i32 as f64) / 1024.0,
        }
    }

    fn text(&mut self) -> String {
        let alphabet = ['a', 'Z', '_', '"', '\\', '\n', '\u{1}', 'é', '😀', '\u{2028}', '/', '0', '.', ','];
        (0..self.below(6)).map(|_| alphabet[self.below(14) as usize]).collect()
    }

    fn value(&mut self, kind: &Kind, depth: u8) -> Value {
        match kind {
            Kind::Double => Value::F64(self.double()),
            // Some floats have two shortest texts, and libraries differ in which they take; these have one.
            Kind::Float => Value::F32([0.0, -0.5, 1.5, f32::INFINITY, f32::NEG_INFINITY, 3e20][self.below(6) as usize]),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(self.word() as i32),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(self.word() as i64),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(self.word() as u32),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(self.word()),
            Kind::Bool => Value::Bool(self.byte() & 1 == 1),
            Kind::String => Value::String(self.text()),
            Kind::Bytes => Value::Bytes((0..self.below(5)).map(|_| self.byte()).collect::<Vec<u8>>().into()),
            Kind::Enum(descriptor) if descriptor.full_name() == "google.protobuf.NullValue" => Value::EnumNumber(0),
            Kind::Enum(_) => Value::EnumNumber([0, 1, 2, -1, 77][self.below(5) as usize]),
            Kind::Message(descriptor) => Value::Message(self.message(descriptor.clone(), depth + 1)),
        }
    }

    fn message(&mut self, descriptor: MessageDescriptor, depth: u8) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        match descriptor.full_name() {
            "google.protobuf.Timestamp" => {
                let seconds = (self.word() as i64).rem_euclid(315_537_897_600) - 62_135_596_800;
                self.instant(&mut message, seconds, false);
            }
            "google.protobuf.Duration" => {
                let seconds = (self.word() as i64) % 315_576_000_000;
                self.instant(&mut message, seconds, true);
            }
            // The oracle writes null for an infinite wrapper, where the specification has a word.
            "google.protobuf.FloatValue" => message.set_field_by_name("value", Value::F32(f32::from(self.byte()))),
            "google.protobuf.DoubleValue" => message.set_field_by_name("value", Value::F64(f64::from(self.byte()))),
            "google.protobuf.FieldMask" => {
                let names = ["a", "foo_bar", "foo.bar_baz", "x.y.z", "fooBar", "a_1"];
                let count = self.below(4);
                let paths = (0..count).map(|_| Value::String(names[self.below(6) as usize].to_owned())).collect();
                message.set_field_by_name("paths", Value::List(paths));
            }
            "google.protobuf.Any" => {
                let names = ["Scalars", "Optionals", "Maps", "WellKnown"];
                let own = format!("edge.test.v1.{}", names[self.below(4) as usize]);
                let known =
                    ["google.protobuf.Timestamp", "google.protobuf.Empty", "google.protobuf.Struct", &own, "no.Such"];
                let name = known[self.below(5) as usize];
                let value = POOL
                    .get_message_by_name(name)
                    .map(|inner| if depth < 6 { self.message(inner, depth + 1).encode_to_vec() } else { Vec::new() });
                message.set_field_by_name("type_url", Value::String(format!("type.googleapis.com/{name}")));
                message.set_field_by_name("value", Value::Bytes(value.unwrap_or_default().into()));
            }
            _ => {
                for field in descriptor.fields() {
                    let is_message = matches!(field.kind(), Kind::Message(_));
                    if self.below(4) > 1 || (is_message && depth > 5) {
                        continue;
                    }
                    let value = self.field(&field, depth);
                    message.set_field(&field, value);
                }
            }
        }
        message
    }

    fn instant(&mut self, message: &mut DynamicMessage, seconds: i64, signed: bool) {
        let nanos = [0, 1, 1_000, 1_500_000, 999_999_999][self.below(5) as usize];
        let nanos = if signed && seconds < 0 { -nanos } else { nanos };
        message.set_field_by_name("seconds", Value::I64(seconds));
        message.set_field_by_name("nanos", Value::I32(nanos));
    }

    fn field(&mut self, field: &FieldDescriptor, depth: u8) -> Value {
        if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
            let (key, value) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
            let count = self.below(4);
            let entries = (0..count).map(|_| {
                let key = match self.value(&key, depth) {
                    Value::Bool(key) => MapKey::Bool(key),
                    Value::I32(key) => MapKey::I32(key),
                    Value::I64(key) => MapKey::I64(key),
                    Value::U32(key) => MapKey::U32(key),
                    Value::U64(key) => MapKey::U64(key),
                    Value::String(key) => MapKey::String(key),
                    _ => unreachable!("no other type is a key"),
                };
                (key, self.value(&value, depth))
            });
            return Value::Map(entries.collect());
        }
        if field.is_list() {
            let count = self.below(4);
            return Value::List((0..count).map(|_| self.value(&field.kind(), depth)).collect());
        }
        self.value(&field.kind(), depth)
    }

    fn json(&mut self, depth: u8) -> Json {
        match self.below(if depth > 3 { 10 } else { 12 }) {
            0 => Json::Null,
            1 => Json::Bool(self.byte() & 1 == 1),
            2 => Json::from(self.word() as i64),
            3 => Json::from(self.word()),
            4 => Json::from(f64::from(self.byte()) / 4.0),
            5 => Json::from(i64::from(self.byte())),
            6 => Json::from(self.text()),
            7 => Json::from(
                ["RED", "NaN", "Infinity", "1", "-1", "1.5s", "2024-01-01T00:00:00Z", "fooBar,x"]
                    [self.below(8) as usize],
            ),
            8 => Json::from(["", "AA==", "_-8", "true", "4294967296", "9223372036854775808"][self.below(6) as usize]),
            9 => Json::from([1e300, -1e300, 4_294_967_296.0, 9.5e18][self.below(4) as usize]),
            10 => (0..self.below(3)).map(|_| self.json(depth + 1)).collect(),
            _ => {
                let names = ["scalars", "an_int32", "anInt32", "text", "number", "value", "@type", "zzz"];
                (0..self.below(3)).map(|_| (names[self.below(8) as usize].to_owned(), self.json(depth + 1))).collect()
            }
        }
    }

    /// Changes something somewhere.
    fn mutate(&mut self, json: &mut Json) {
        match json {
            Json::Object(members) if !members.is_empty() && self.below(8) > 0 => {
                let place = self.byte() as usize % members.len();
                if self.below(8) == 0 {
                    let key = members.keys().nth(place).unwrap().clone();
                    let value = members.remove(&key).unwrap();
                    let names = ["anInt64", "text", "unknown", "value", "choiceColor", "1", "-5", "true"];
                    members.insert(names[self.below(8) as usize].to_owned(), value);
                } else if let Some(value) = members.values_mut().nth(place) {
                    self.mutate(value);
                }
            }
            Json::Array(items) if !items.is_empty() && self.below(8) > 0 => {
                let place = self.byte() as usize % items.len();
                self.mutate(&mut items[place]);
            }
            other => *other = self.json(0),
        }
    }
}

fn message_of(bytes: &[u8]) -> DynamicMessage {
    Dice { bytes: bytes.iter() }.message(everything(), 0)
}

const NAME: &str = "edge.test.v1.Everything";

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, max_shrink_iters: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn messages_are_written_as_the_oracle_writes_them(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let message = message_of(&bytes);
        let own = written(&message.encode_to_vec(), NAME);
        match oracle_written(&message) {
            Ok(expected) => {
                let own: Json = serde_json::from_slice(&own.unwrap()).unwrap();
                prop_assert_eq!(normal(&own), normal(&expected));
            }
            Err(fault) => prop_assert!(own.is_err(), "the oracle refuses: {}", fault),
        }
    }

    #[test]
    fn what_was_written_reads_back(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let message = message_of(&bytes);
        let Ok(json) = written(&message.encode_to_vec(), NAME) else { return Ok(()) };
        // Unknown enum numbers are written as numbers, which a strict reader refuses.
        for input in [JsonInput::ProtoJson, JsonInput::Strict] {
            let message = match read(&json, NAME, input) {
                Ok(message) => message,
                Err(fault) if input == JsonInput::Strict && fault.contains("must be one of") => continue,
                Err(fault) => return Err(TestCaseError::fail(fault)),
            };
            let again: Json = serde_json::from_slice(&written(&message.encode_to_vec(), NAME).unwrap()).unwrap();
            prop_assert_eq!(again, serde_json::from_slice::<Json>(&json).unwrap());
        }
    }

    #[test]
    fn json_is_read_as_the_oracle_reads_it(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        changes in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let Ok(mut json) = oracle_written(&message_of(&bytes)) else { return Ok(()) };
        let mut dice = Dice { bytes: changes.iter() };
        for _ in 0..dice.below(4) {
            dice.mutate(&mut json);
        }
        let text = json.to_string();
        let own = read(text.as_bytes(), NAME, JsonInput::ProtoJson);
        match (own, oracle_read(&text, everything())) {
            // To the oracle this list becomes something that is no list.
            (Ok(_), Ok(_)) if text.contains("\"values\":null") => {}
            (Ok(own), Ok(expected)) => {
                let (own, expected) = (oracle_written(&own), oracle_written(&expected));
                prop_assert_eq!(own.map(|json| normal(&json)), expected.map(|json| normal(&json)), "{}", text);
            }
            (Err(_), Err(_)) => {}
            // The oracle lets the later of two spellings win.
            (Err(fault), Ok(_)) if fault.contains("given more than once") => {}
            // 1.0 is a whole number for every field but, to the oracle, for an enum.
            (Ok(_), Err(fault)) if fault.contains("invalid type: floating point") => {}
            (Ok(_), Err(fault)) => prop_assert!(false, "only the oracle refuses: {} {}", fault, text),
            (Err(fault), Ok(_)) => prop_assert!(false, "only the plan refuses: {} {}", fault, text),
        }
    }

    #[test]
    fn noise_is_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _wire = written(&bytes, NAME);
        let _json = read(&bytes, NAME, JsonInput::Strict);
    }

    #[test]
    fn damaged_json_is_refused_without_a_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        place in any::<usize>(),
        byte in any::<u8>(),
    ) {
        let Ok(mut json) = written(&message_of(&bytes).encode_to_vec(), NAME) else { return Ok(()) };
        let place = place % json.len();
        json[place] = byte;
        let own = read(&json, NAME, JsonInput::ProtoJson);
        let valid = serde_json::from_slice::<serde::de::IgnoredAny>(&json).is_ok();
        prop_assert!(valid || own.is_err(), "accepted what is no JSON: {:?}", String::from_utf8_lossy(&json));
    }

    #[test]
    fn damaged_messages_are_written_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        place in any::<usize>(),
        byte in any::<u8>(),
    ) {
        let mut wire = message_of(&bytes).encode_to_vec();
        if wire.is_empty() {
            return Ok(());
        }
        let place = place % wire.len();
        wire[place] = byte;
        if let Ok(json) = written(&wire, NAME) {
            prop_assert!(serde_json::from_slice::<Json>(&json).is_ok());
        }
    }
}

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
        let mut outer = Vec::new();
        crate::wire::put_tag(&mut outer, 6, crate::wire::LEN);
        crate::wire::put_bytes(&mut outer, &wire);
        wire = outer;
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
    assert_eq!(normal(&json), normal(&oracle_written(&merged).unwrap()));
    assert_eq!(merged.descriptor(), everything());
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
