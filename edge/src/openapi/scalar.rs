//! The schemas of values that are no objects: scalars, and the well-known types with a form of their own.

use prost_reflect::{Kind, MessageDescriptor};
use serde_json::{Value, json};

use super::rules::Rules;

/// Where a value stands. It decides about what is taken for it and what is written for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the JSON of a request.
    Body,
    /// In a path or a query, where every value is text.
    Url,
    /// In an answer.
    Answer,
}

/// The schema of a scalar with its rules, or nothing for messages and enums.
pub(super) fn scalar(kind: &Kind, place: Place, rules: &Rules, presence: bool) -> Option<Value> {
    let mut schema = match kind {
        Kind::Double => json!({"type": "number", "format": "double"}),
        Kind::Float => json!({"type": "number", "format": "float"}),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => whole("int32", i32::MIN.into(), i32::MAX.into(), place),
        Kind::Uint32 | Kind::Fixed32 => whole("uint32", 0, u32::MAX.into(), place),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            wide("int64", &signed_64(), json!(i64::MIN), json!(i64::MAX), place)
        }
        Kind::Uint64 | Kind::Fixed64 => wide("uint64", &unsigned_64(), json!(0), json!(u64::MAX), place),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::String => json!({"type": "string"}),
        Kind::Bytes => match place {
            Place::Answer => json!({"type": "string", "format": "byte", "contentEncoding": "base64"}),
            // Both alphabets are taken, with padding or without.
            _ => json!({
                "type": "string", "format": "byte", "contentEncoding": "base64",
                "pattern": "^([A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$",
            }),
        },
        Kind::Message(_) | Kind::Enum(_) => return None,
    };
    rules.add(kind, place, presence, &mut schema);
    let words = rules.unreal_numbers();
    if matches!(kind, Kind::Double | Kind::Float) && !words.is_empty() {
        return Some(json!({"anyOf": [schema, {"type": "string", "enum": words}]}));
    }
    Some(schema)
}

fn whole(format: &str, least: i64, most: i64, place: Place) -> Value {
    match place {
        Place::Answer => json!({"type": "integer", "format": format}),
        _ => json!({"type": "integer", "format": format, "minimum": least, "maximum": most}),
    }
}

/// Numbers of 64 bits are written as strings, since JavaScript would round them, and taken as strings and as numbers.
fn wide(format: &str, pattern: &str, least: Value, most: Value, place: Place) -> Value {
    match place {
        Place::Answer => json!({"type": "string", "format": format, "pattern": pattern}),
        Place::Url => json!({"type": "integer", "format": format, "minimum": least, "maximum": most}),
        Place::Body => json!({
            "type": ["string", "integer"], "format": format, "pattern": pattern, "minimum": least, "maximum": most,
        }),
    }
}

fn signed_64() -> String {
    format!("^(-?({})|-9223372036854775808)$", up_to("9223372036854775807"))
}

fn unsigned_64() -> String {
    format!("^({})$", up_to("18446744073709551615"))
}

/// The alternatives of a pattern for the whole numbers from 0 to a largest one, without leading zeros. For each digit of
/// the largest there is one for the numbers that are equal to it before that digit and smaller in it.
fn up_to(largest: &str) -> String {
    let length = largest.len();
    let mut alternatives = vec!["0".to_owned(), format!("[1-9][0-9]{{0,{}}}", length - 2)];
    for (place, digit) in largest.bytes().enumerate() {
        let least = if place == 0 { b'1' } else { b'0' };
        if digit <= least {
            continue;
        }
        let smaller = digit - 1;
        let class = match smaller == least {
            true => char::from(least).to_string(),
            false => format!("[{}-{}]", char::from(least), char::from(smaller)),
        };
        let rest = match length - place - 1 {
            0 => String::new(),
            1 => "[0-9]".to_owned(),
            rest => format!("[0-9]{{{rest}}}"),
        };
        alternatives.push(format!("{}{class}{rest}", &largest[..place]));
    }
    alternatives.push(largest.to_owned());
    alternatives.join("|")
}

/// The schema of a well-known type, or nothing for an ordinary message.
pub(super) fn well_known(message: &MessageDescriptor, place: Place, rules: &Rules) -> Option<Value> {
    let name = message.full_name().strip_prefix("google.protobuf.")?;
    Some(match name {
        // RFC 3339 allows small letters and any number of digits; ProtoJSON does not.
        "Timestamp" if place == Place::Answer => json!({"type": "string", "format": "date-time"}),
        "Timestamp" => json!({
            "type": "string", "format": "date-time",
            "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        }),
        "Duration" => json!({
            "type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,9})?s$", "examples": ["1.5s"],
        }),
        "FieldMask" => json!({"type": "string", "pattern": r"^([A-Za-z0-9_.]+(,[A-Za-z0-9_.]+)*)?$"}),
        "Struct" => json!({"type": "object"}),
        "Value" => json!({}),
        "ListValue" => json!({"type": "array", "items": {}}),
        "Empty" if place == Place::Answer => json!({"type": "object"}),
        "Empty" => json!({"type": "object", "additionalProperties": false}),
        "Any" => json!({
            "type": "object",
            "description": "A message of any type, named by `@type`.",
            "required": ["@type"],
            "properties": {"@type": {"type": "string"}},
        }),
        "DoubleValue" | "FloatValue" | "Int64Value" | "UInt64Value" | "Int32Value" | "UInt32Value" | "BoolValue"
        | "StringValue" | "BytesValue" => {
            let value = message.get_field(1)?;
            return scalar(&value.kind(), place, rules, true);
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_of_wide_numbers_are_exact() {
        let pattern = |text: &str| regex::Regex::new(text).unwrap();
        let (signed, unsigned) = (pattern(&signed_64()), pattern(&unsigned_64()));
        for good in ["0", "-0", "7", "10", "9223372036854775807", "-9223372036854775807", "-9223372036854775808"] {
            assert!(signed.is_match(good), "{good}");
        }
        for bad in ["", "-", "00", "0858", "+1", "9223372036854775808", "-9223372036854775809", "1e3", "1.0", " 1"] {
            assert!(!signed.is_match(bad), "{bad}");
        }
        for good in ["0", "18446744073709551615", "18446744073709551609", "9999999999999999999", "10000000000000000000"]
        {
            assert!(unsigned.is_match(good), "{good}");
        }
        for bad in ["-1", "18446744073709551616", "18446744073709551620", "20000000000000000000", "01"] {
            assert!(!unsigned.is_match(bad), "{bad}");
        }
        // Each number around a change of digits, against arithmetic.
        let largest = i128::from(i64::MAX);
        for power in 0..19 {
            for step in [-1, 0, 1] {
                let number = largest - 10i128.pow(power) * 3 + step;
                assert!(signed.is_match(&number.to_string()), "{number}");
                let number = largest + 10i128.pow(power) + step;
                assert_eq!(signed.is_match(&number.to_string()), number <= largest, "{number}");
            }
        }
    }
}
