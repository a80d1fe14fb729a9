//! Where the edge and the message library (prost-reflect) do not agree, and why that is meant to be so. Each is as
//! narrow as it can be told from the document or the message, so that everything else still has to agree.

use prost_reflect::prost::encoding::{WireType, decode_key, decode_varint};
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, ReflectMessage as _, Value};
use serde_json::Value as Json;

use super::mirror::POOL;
use super::same::content;

/// Documents that the library cannot be asked about: it puts a null into a list or map of `Value` or `NullValue` in place
/// of the list itself, and breaks on it.
pub fn breaks_the_library(document: &Json) -> bool {
    let takes_null = |kind: Kind| match kind {
        Kind::Message(message) => message.full_name() == "google.protobuf.Value",
        Kind::Enum(descriptor) => descriptor.full_name() == "google.protobuf.NullValue",
        _ => false,
    };
    let is_list = |message: &MessageDescriptor, name: &str| {
        message.fields().any(|field| {
            let kind = match field.kind() {
                Kind::Message(entry) if field.is_map() => entry.map_entry_value_field().kind(),
                kind => kind,
            };
            (field.name() == name || field.json_name() == name)
                && (field.is_list() || field.is_map())
                && takes_null(kind)
        })
    };
    members(document).any(|(name, value)| value.is_null() && POOL.all_messages().any(|message| is_list(&message, name)))
}

/// Messages that the library cannot be asked about: it reads a map's entry behind whatever wire type stands there, where
/// the field is unknown, and from there on reads something else than there is.
pub fn misleads_the_library(descriptor: &MessageDescriptor, mut wire: &[u8]) -> bool {
    let mut inside = vec![Some(descriptor.clone())];
    let (mut url, mut value): (&[u8], &[u8]) = (&[], &[]);
    while let Ok((number, kind)) = decode_key(&mut wire) {
        let Some(message) = inside.last().cloned() else { return false };
        let field = message.as_ref().and_then(|message| message.get_field(number));
        if field.as_ref().is_some_and(|field| field.is_map()) && kind != WireType::LengthDelimited {
            return true;
        }
        let inner = field.and_then(|field| field.kind().as_message().cloned());
        match kind {
            WireType::StartGroup => inside.push(inner.clone()),
            WireType::EndGroup => drop(inside.pop()),
            _ => {}
        }
        let length = match kind {
            WireType::SixtyFourBit => Ok(8),
            WireType::ThirtyTwoBit => Ok(4),
            WireType::LengthDelimited => decode_varint(&mut wire),
            WireType::Varint => decode_varint(&mut wire).map(|_| 0),
            WireType::StartGroup | WireType::EndGroup => Ok(0),
        };
        let Some((content, rest)) = length.ok().and_then(|length| wire.split_at_checked(length as usize)) else {
            break;
        };
        wire = rest;
        if kind == WireType::LengthDelimited {
            match number {
                1 => url = content,
                2 => value = content,
                _ => {}
            }
            if inner.is_some_and(|inner| misleads_the_library(&inner, content)) {
                return true;
            }
        }
    }
    let url = std::str::from_utf8(url).ok().filter(|_| descriptor.full_name() == "google.protobuf.Any");
    let inner = url.and_then(|url| POOL.get_message_by_name(url.rsplit_once('/')?.1));
    inner.is_some_and(|inner| misleads_the_library(&inner, value))
}

/// What Strict takes and ProtoJSON does not: field masks in proto names, because a strict edge writes proto names.
pub fn only_strict(refusal: &str) -> bool {
    refusal.contains("must be field names joined by commas")
}

/// Why the edge may refuse a document that the library reads.
pub fn only_the_library_reads(refusal: &str, text: &str, document: &Json) -> bool {
    let says = |what: &str| refusal.contains(what);
    // Of a member that is given twice the parsed document has but the last.
    let has = |is_odd: fn(&str) -> bool| strings(document).chain(text.split('"')).any(is_odd);
    // The library lets the later of two members or spellings win; the specification calls that an error.
    says("given more than once")
        // Documents may be nested 64 levels deep and messages 100, which is what protobuf decoders take.
        || says("nested more than")
        // To the library numbers are doubles, so it rounds what is nearly whole, and what stands in a string may have a
        // plus sign, leading zeros or Rust's words.
        || (says("must be a whole number") || says("must be a number in the range"))
            && (numbers(text).any(is_rough) || has(is_odd_number))
        // It takes a leap second, offsets of a day and more, and fractions below a nanosecond.
        || says("must be a time such as") && has(is_odd_time)
        || says("must be a duration in seconds") && has(is_odd_duration)
        // It takes the name of a type with the full stop that stands before it in descriptors.
        || says("@type: unknown type") && has(|text| text.contains("/."))
}

/// Why the edge may read a document that the library refuses.
pub fn only_the_edge_reads(fault: &str, text: &str, document: &Json) -> bool {
    // 1.0 is a whole number for every field but, to the library, for an enum.
    fault.contains("invalid type: floating point")
        // The specification lets numbers in strings have a fraction of zeros and an exponent.
        || strings(document).any(|text| text.parse::<f64>().is_ok() && (text.contains(['.', 'e', 'E']) || text == "-0"))
        // Names of enums are taken in any case when none fits as it stands.
        || fault.contains("unrecognized enum value")
            && POOL.all_enums().any(|descriptor| {
                let mut names = descriptor.values();
                names.any(|value| strings(document).any(|text| text.eq_ignore_ascii_case(value.name())))
            })
        || fault.contains("expected null") && strings(document).any(|text| text.eq_ignore_ascii_case("NULL_VALUE"))
        // An empty object is an empty `Any`, and an `Empty` in an `Any` needs no value, as other implementations have it.
        || fault.contains("expected '@type' field")
        || fault.contains("expected 'value' field") && strings(document).any(|text| text.ends_with("google.protobuf.Empty"))
        // The greatest float is a little less than its shortest text.
        || fault.contains("float value out of range")
            && numbers(text).any(|number| number.parse::<f64>().is_ok_and(|value| (value.abs() as f32) == f32::MAX))
}

/// Whether both read a document and may yet have different numbers: the library's have been doubles.
pub fn numbers_may_differ(text: &str) -> bool {
    numbers(text).any(is_rough)
}

/// What the edge refuses to write, because it would not read back as it was, and the library writes.
pub fn only_the_library_writes(message: &DynamicMessage) -> bool {
    anywhere(message, 0, &|message, depth| {
        let number = |name: &str| match *message.get_field_by_name(name).unwrap() {
            Value::I64(number) => number,
            Value::I32(number) => i64::from(number),
            _ => unreachable!("the fields are numbers"),
        };
        match message.descriptor().full_name() {
            // The library brings these into order.
            "google.protobuf.Timestamp" => !(0..1_000_000_000).contains(&number("nanos")),
            "google.protobuf.Duration" => {
                let (seconds, nanos) = (number("seconds"), number("nanos"));
                seconds.signum() * nanos.signum() < 0
                    || nanos.abs() > 999_999_999
                    || seconds.abs() == 315_576_000_000 && nanos != 0
            }
            "google.protobuf.FieldMask" => {
                let paths = message.get_field_by_name("paths").unwrap();
                let odd = |path: &str| path.is_empty() || path.contains([',']) || path.split('.').any(odd_part);
                paths.as_list().unwrap().iter().any(|path| odd(path.as_str().unwrap()))
            }
            _ => depth > 90,
        }
    })
}

/// Whether a request that is its own answer holds a mask that cannot be written. Strict input takes the names of all
/// fields, and not every one of them, such as `line_1`, has a form in camelCase.
pub fn reflects_an_odd_mask(request: &[u8]) -> bool {
    ["Item", "UpdateRequest"].iter().any(|name| {
        let descriptor = POOL.get_message_by_name(&format!("edge.test.v1.{name}")).unwrap();
        DynamicMessage::decode(descriptor, request).is_ok_and(|message| {
            anywhere(&message, 0, &|message, _| {
                let is_mask = message.descriptor().full_name() == "google.protobuf.FieldMask";
                is_mask && super::checks::library_written(message).is_err()
            })
        })
    })
}

/// An underscore that camelCase loses.
fn odd_part(part: &str) -> bool {
    part.ends_with('_')
}

/// What the library refuses to write: an `Any` that holds nothing, or something with values of another wire type than
/// their field's, which are an error to it and unknown to everybody else.
pub fn only_the_edge_writes(fault: &str, message: &DynamicMessage) -> bool {
    let is_empty = anywhere(message, 0, &|message, _| {
        let is_empty = |name: &str| match &*message.get_field_by_name(name).unwrap() {
            Value::String(text) => text.is_empty(),
            Value::Bytes(bytes) => bytes.is_empty(),
            _ => unreachable!("the fields are text and bytes"),
        };
        message.descriptor().full_name() == "google.protobuf.Any" && is_empty("type_url") && is_empty("value")
    });
    is_empty || fault.contains("error decoding")
}

/// Whether something holds of a message or of one in it.
fn anywhere(message: &DynamicMessage, depth: usize, holds: &dyn Fn(&DynamicMessage, usize) -> bool) -> bool {
    fn of_value(value: &Value, depth: usize, holds: &dyn Fn(&DynamicMessage, usize) -> bool) -> bool {
        match value {
            Value::Message(message) => anywhere(message, depth + 1, holds),
            Value::List(values) => values.iter().any(|value| of_value(value, depth, holds)),
            Value::Map(values) => values.values().any(|value| of_value(value, depth, holds)),
            _ => false,
        }
    }
    holds(message, depth)
        || message.fields().any(|(_, value)| of_value(value, depth, holds))
        || message.descriptor().full_name() == "google.protobuf.Any"
            && content(message).is_some_and(|(_, inner)| anywhere(&inner, depth + 1, holds))
}

/// All members of all objects.
fn members(document: &Json) -> Box<dyn Iterator<Item = (&str, &Json)> + '_> {
    match document {
        Json::Array(items) => Box::new(items.iter().flat_map(members)),
        Json::Object(own) => {
            Box::new(own.iter().flat_map(|(name, value)| std::iter::once((name.as_str(), value)).chain(members(value))))
        }
        _ => Box::new(std::iter::empty()),
    }
}

/// All strings, keys among them.
fn strings(document: &Json) -> Box<dyn Iterator<Item = &str> + '_> {
    match document {
        Json::String(text) => Box::new(std::iter::once(text.as_str())),
        Json::Array(items) => Box::new(items.iter().flat_map(strings)),
        Json::Object(own) => {
            Box::new(own.iter().flat_map(|(name, value)| std::iter::once(name.as_str()).chain(strings(value))))
        }
        _ => Box::new(std::iter::empty()),
    }
}

/// The numbers that stand in a text outside of its strings, and, as those are numbers too, inside.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !matches!(c, '0'..='9' | '.' | 'e' | 'E' | '+' | '-'))
        .filter(|piece| piece.contains(|c: char| c.is_ascii_digit()))
}

/// Whether a double may not hold a number as it is written.
fn is_rough(number: &str) -> bool {
    number.contains(['.', 'e', 'E']) || number.len() > 15
}

fn is_odd_number(text: &str) -> bool {
    let is_number = text.parse::<f64>().is_ok();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_word = digits.starts_with(|c: char| c.is_ascii_alphabetic());
    is_number && (is_rough(text) || is_word || text.starts_with('+') || (digits.len() > 1 && digits.starts_with('0')))
}

fn is_odd_time(text: &str) -> bool {
    let fraction = text.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    let offset = text.len().checked_sub(6).and_then(|at| text.get(at..)).unwrap_or_default();
    let is_late = |text: &str, most: u32| text.parse::<u32>().is_ok_and(|number| number > most);
    text.contains(":60")
        || fraction > 9
        || offset.starts_with(['+', '-'])
            && (is_late(offset.get(1..3).unwrap_or_default(), 23) || is_late(offset.get(4..).unwrap_or_default(), 59))
}

fn is_odd_duration(text: &str) -> bool {
    let fraction = text.split_once('.').map_or("", |(_, rest)| rest.trim_end_matches('s'));
    fraction.len() > 9 || text.contains("315576000000.")
}
