//! Random messages and random documents, made from bytes so that they shrink.

use prost_reflect::prost::Message as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value};
use serde_json::Value as Json;

use super::mirror::POOL;

/// Random choices.
pub struct Dice<'b> {
    bytes: std::slice::Iter<'b, u8>,
}

impl<'b> Dice<'b> {
    pub fn new(bytes: &'b [u8]) -> Dice<'b> {
        Dice { bytes: bytes.iter() }
    }

    pub(super) fn byte(&mut self) -> u8 {
        // No more bytes are no more fields.
        self.bytes.next().copied().unwrap_or(0)
    }

    pub fn below(&mut self, bound: u8) -> u8 {
        self.byte() % bound
    }

    pub(super) fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.byte()) % choices.len()].clone()
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
        match self.below(4) {
            0 => self.one_of(&[
                0.0,
                -0.0,
                f64::INFINITY,
                f64::NEG_INFINITY,
                f64::NAN,
                f64::MAX,
                f64::MIN_POSITIVE,
                5e-324,
            ]),
            1 => f64::from(self.byte()) / 8.0,
            2 => (self.word() as i32 as f64) / 1024.0,
            _ => Some(f64::from_bits(self.word())).filter(|value| !value.is_nan()).unwrap_or(1e22),
        }
    }

    fn float(&mut self) -> f32 {
        match self.below(3) {
            // The greatest float is left out: Python refuses its shortest text.
            0 => self.one_of(&[0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 3e38, f32::MIN_POSITIVE, 1e-45]),
            1 => f32::from(self.byte()) / 8.0,
            _ => Some(f32::from_bits(self.word() as u32)).filter(|value| !value.is_nan()).unwrap_or(1e22),
        }
    }

    fn text(&mut self) -> String {
        const ALPHABET: [char; 20] = [
            'a',
            'Z',
            '_',
            '"',
            '\\',
            '\n',
            '\u{1}',
            '\u{0}',
            '\u{7f}',
            'é',
            '😀',
            '\u{2028}',
            '\u{fffe}',
            '\u{10ffff}',
            '/',
            '0',
            '.',
            ',',
            ' ',
            '-',
        ];
        (0..self.below(6)).map(|_| self.one_of(&ALPHABET)).collect()
    }

    fn value(&mut self, kind: &Kind, depth: u8) -> Value {
        match kind {
            Kind::Double => Value::F64(self.double()),
            Kind::Float => Value::F32(self.float()),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(self.word() as i32),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(self.word() as i64),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(self.word() as u32),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(self.word()),
            Kind::Bool => Value::Bool(self.byte() & 1 == 1),
            Kind::String => Value::String(self.text()),
            Kind::Bytes => Value::Bytes((0..self.below(5)).map(|_| self.byte()).collect::<Vec<u8>>().into()),
            Kind::Enum(descriptor) if descriptor.full_name() == "google.protobuf.NullValue" => Value::EnumNumber(0),
            Kind::Enum(descriptor) => {
                let mut numbers: Vec<i32> = descriptor.values().map(|value| value.number()).collect();
                // An enum of proto2 is closed: it has no other numbers.
                if descriptor.name() == "Color" {
                    numbers.extend([77, i32::MIN]);
                }
                Value::EnumNumber(self.one_of(&numbers))
            }
            Kind::Message(descriptor) => Value::Message(self.message(descriptor.clone(), depth + 1)),
        }
    }

    pub fn message(&mut self, descriptor: MessageDescriptor, depth: u8) -> DynamicMessage {
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
            "google.protobuf.FieldMask" => {
                let names = ["a", "foo_bar", "foo.bar_baz", "x.y.z", "é", "_a", "fooBar", "a_1", "a_", "a__b"];
                // Most masks can be written.
                let odd = self.below(8) == 0;
                let names = if odd { &names[..] } else { &names[..6] };
                let paths = (0..self.below(4)).map(|_| Value::String(self.one_of(names).to_owned())).collect();
                message.set_field_by_name("paths", Value::List(paths));
            }
            "google.protobuf.Any" => self.any(&mut message, depth),
            "google.protobuf.Value" if depth > 8 => {}
            _ => {
                let fields: Vec<FieldDescriptor> = descriptor.fields().collect();
                let count = match (fields.len(), depth) {
                    (0, _) => 0,
                    (1, _) => 1,
                    (_, 0) => 1 + self.below(6),
                    _ => self.below(5),
                };
                for _ in 0..count {
                    let field = self.one_of(&fields);
                    if depth > 6 && matches!(field.kind(), Kind::Message(_)) {
                        continue;
                    }
                    let value = self.field(&field, depth);
                    message.set_field(&field, value);
                }
                // A message without its required fields is none to those who know them.
                for field in fields.iter().filter(|field| field.cardinality() == prost_reflect::Cardinality::Required) {
                    let value = self.field(field, depth);
                    message.set_field(field, value);
                }
            }
        }
        message
    }

    fn any(&mut self, message: &mut DynamicMessage, depth: u8) {
        let own = ["Scalars", "Optionals", "Maps", "Lists", "WellKnown", "Legacy", "Everything"];
        let known = [
            "Timestamp",
            "Duration",
            "FieldMask",
            "Struct",
            "Value",
            "ListValue",
            "Any",
            "Empty",
            "Int64Value",
            "StringValue",
            "DoubleValue",
            "BytesValue",
        ];
        let name = match self.below(16) {
            0 => return,
            1 => "no.Such".to_owned(),
            2..8 => format!("edge.test.v1.{}", self.one_of(&own)),
            _ => format!("google.protobuf.{}", self.one_of(&known)),
        };
        let inner = POOL.get_message_by_name(&name).filter(|_| depth < 6);
        let value = inner.map(|inner| self.message(inner, depth + 1).encode_to_vec()).unwrap_or_default();
        let host = self.one_of(&["type.googleapis.com", "example.com/a", ""]);
        message.set_field_by_name("type_url", Value::String(format!("{host}/{name}")));
        message.set_field_by_name("value", Value::Bytes(value.into()));
    }

    fn instant(&mut self, message: &mut DynamicMessage, seconds: i64, signed: bool) {
        let nanos = self.one_of(&[0, 1, 1_000, 1_500_000, 999_999_999]);
        let nanos = if signed && (seconds < 0 || seconds == 0 && self.below(2) == 1) { -nanos } else { nanos };
        message.set_field_by_name("seconds", Value::I64(seconds));
        message.set_field_by_name("nanos", Value::I32(nanos));
    }

    fn field(&mut self, field: &FieldDescriptor, depth: u8) -> Value {
        if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
            let (key, value) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
            let entries = (0..self.below(4)).map(|_| {
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
            return Value::List((0..self.below(4)).map(|_| self.value(&field.kind(), depth)).collect());
        }
        self.value(&field.kind(), depth)
    }

    /// A document in the forms that values have, right or wrong.
    fn json(&mut self, depth: u8) -> Json {
        match self.below(if depth > 3 { 9 } else { 12 }) {
            0 => Json::Null,
            1 => Json::Bool(self.byte() & 1 == 1),
            2 => Json::from(self.word() as i64),
            3 => Json::from(self.word()),
            4 => Json::from(f64::from(self.byte()) / 4.0),
            5 => Json::from(self.text()),
            6 => Json::from(self.one_of(&[
                "RED",
                "FIRST",
                "DARK",
                "NULL_VALUE",
                "NaN",
                "Infinity",
                "1",
                "-1",
                "1.5s",
                "2024-01-01T00:00:00Z",
                "fooBar,x",
                "foo_bar",
            ])),
            7 => {
                Json::from(self.one_of(&["", "AA==", "_-8", "true", "4294967296", "9223372036854775808", "1e2", "1.0"]))
            }
            8 => Json::from(self.one_of(&[1e300, -1e300, 4_294_967_296.0, 9.5e18, 3.4e38, 3.5e38])),
            9 | 10 => (0..self.below(3)).map(|_| self.json(depth + 1)).collect(),
            _ => {
                let names = ["scalars", "an_int32", "anInt32", "text", "number", "value", "@type", "zzz"];
                (0..self.below(3)).map(|_| (self.one_of(&names).to_owned(), self.json(depth + 1))).collect()
            }
        }
    }

    /// Changes something somewhere.
    pub fn mutate(&mut self, json: &mut Json) {
        match json {
            Json::Object(members) if !members.is_empty() && self.below(8) > 0 => {
                let place = usize::from(self.byte()) % members.len();
                if self.below(8) == 0 {
                    let key = members.keys().nth(place).unwrap().clone();
                    let value = members.remove(&key).unwrap();
                    let names = ["anInt64", "text", "unknown", "value", "choiceColor", "1", "-5", "true", "nothing"];
                    members.insert(self.one_of(&names).to_owned(), value);
                } else if let Some(value) = members.values_mut().nth(place) {
                    self.mutate(value);
                }
            }
            Json::Array(items) if !items.is_empty() && self.below(8) > 0 => {
                let place = usize::from(self.byte()) % items.len();
                self.mutate(&mut items[place]);
            }
            other => *other = self.json(0),
        }
    }
}
