//! When two messages, or two documents, mean the same.

use prost_reflect::{DynamicMessage, EnumDescriptor, Kind, MapKey, ReflectMessage as _, Value};
use serde_json::Value as Json;

use super::mirror::POOL;

/// How alike two numbers must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// To the bit, but for what a NaN carries.
    Exact,
    /// As alike as a reader gets them that goes through serde_json's doubles, to which a negative zero is nothing.
    Near,
}

pub fn messages(one: &DynamicMessage, two: &DynamicMessage, numbers: Numbers) -> bool {
    let descriptor = one.descriptor();
    if descriptor != two.descriptor() {
        return false;
    }
    match descriptor.full_name() {
        // The order of map entries inside is free, so the bytes may differ.
        "google.protobuf.Any" => match (content(one), content(two)) {
            (Some((own, one)), Some((other, two))) => own == other && messages(&one, &two, numbers),
            // The library does not decode what holds values of another wire type than their field's.
            _ => one.get_field_by_name("type_url") == two.get_field_by_name("type_url"),
        },
        // A value that is not set is written as null, and reads back as that.
        "google.protobuf.Value" if is_null(one) && is_null(two) => true,
        _ => descriptor.fields().all(|field| match (one.has_field(&field), two.has_field(&field)) {
            (false, false) if field.supports_presence() => true,
            (own, other) if field.supports_presence() && own != other => false,
            _ if holds_null(field.kind()) => nulls(&one.get_field(&field), &two.get_field(&field)),
            _ => values(&one.get_field(&field), &two.get_field(&field), numbers),
        }),
    }
}

/// The type and the message that an `Any` holds.
pub fn content(any: &DynamicMessage) -> Option<(String, DynamicMessage)> {
    let url = any.get_field_by_name("type_url")?.as_str()?.to_owned();
    let descriptor = POOL.get_message_by_name(url.rsplit_once('/')?.1)?;
    let message = DynamicMessage::decode(descriptor, any.get_field_by_name("value")?.as_bytes()?.clone()).ok()?;
    Some((url, message))
}

fn is_null(value: &DynamicMessage) -> bool {
    let descriptor = value.descriptor();
    descriptor.fields().all(|field| field.name() == "null_value" || !value.has_field(&field))
}

fn holds_null(kind: Kind) -> bool {
    match kind {
        Kind::Enum(descriptor) => descriptor.full_name() == "google.protobuf.NullValue",
        Kind::Message(entry) if entry.is_map_entry() => holds_null(entry.map_entry_value_field().kind()),
        _ => false,
    }
}

/// Whatever the number of a NullValue is, it is written as null.
fn nulls(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::List(one), Value::List(two)) => one.len() == two.len(),
        (Value::Map(one), Value::Map(two)) => one.len() == two.len() && one.keys().all(|key| two.contains_key(key)),
        _ => true,
    }
}

fn values(one: &Value, two: &Value, numbers: Numbers) -> bool {
    match (one, two) {
        (Value::F64(one), Value::F64(two)) => doubles(*one, *two, numbers),
        (Value::F32(one), Value::F32(two)) => floats(*one, *two, numbers),
        (Value::Message(one), Value::Message(two)) => messages(one, two, numbers),
        (Value::List(one), Value::List(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| values(one, two, numbers))
        }
        (Value::Map(one), Value::Map(two)) => {
            let same = |key: &MapKey, one| two.get(key).is_some_and(|two| values(one, two, numbers));
            one.len() == two.len() && one.iter().all(|(key, one)| same(key, one))
        }
        _ => one == two,
    }
}

fn doubles(one: f64, two: f64, numbers: Numbers) -> bool {
    let near = || one == two || (one - two).abs() <= one.abs() * f64::EPSILON;
    one.to_bits() == two.to_bits() || (one.is_nan() && two.is_nan()) || (numbers == Numbers::Near && near())
}

fn floats(one: f32, two: f32, numbers: Numbers) -> bool {
    let near = || one == two || (one - two).abs() <= one.abs() * f32::EPSILON;
    one.to_bits() == two.to_bits() || (one.is_nan() && two.is_nan()) || (numbers == Numbers::Near && near())
}

/// Whether an edge's document is the library's.
pub fn documents(own: &Json, library: &Json) -> bool {
    match (own, library) {
        (Json::Number(own), Json::Number(library)) => {
            let (own, library) = (own.as_f64().unwrap(), library.as_f64().unwrap());
            // A float has more than one shortest text; as a float it is one number.
            own == library || doubles(own, library, Numbers::Near) || own as f32 == library as f32
        }
        (Json::Array(own), Json::Array(library)) => {
            own.len() == library.len() && own.iter().zip(library).all(|(own, library)| documents(own, library))
        }
        (Json::Object(own), Json::Object(library)) => {
            // The library gives an `Empty` in an `Any` a value, the edge and Python do not.
            let is_empty =
                own.get("@type").is_some_and(|url| url.as_str().unwrap().ends_with("/google.protobuf.Empty"));
            (own.len() == library.len() || is_empty && own.len() + 1 == library.len())
                && own.iter().all(|(key, own)| library.get(key).is_some_and(|library| documents(own, library)))
        }
        // The library writes null for a wrapped number that JSON has no number for.
        (Json::String(own), Json::Null) => matches!(&**own, "NaN" | "Infinity" | "-Infinity"),
        // Where an enum has two names for a number, the library does not say which it writes.
        (Json::String(own), Json::String(library)) => {
            let number = |values: &EnumDescriptor, name: &str| Some(values.get_value_by_name(name)?.number());
            let alias =
                |values: &EnumDescriptor| number(values, own).is_some_and(|own| number(values, library) == Some(own));
            own == library || POOL.all_enums().any(|values| alias(&values))
        }
        _ => own == library,
    }
}
