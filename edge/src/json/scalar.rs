//! Scalars from text, with the same strictness wherever they come from: a JSON body, a path or a query.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::JsonInput;
use super::time::{DURATION_FORM, TIMESTAMP_FORM, parse_duration, parse_timestamp};
use crate::plan::{EnumPlan, Kind, Known};
use crate::wire::{self, put_tag, put_varint, zigzag};

/// What is allowed instead.
pub(crate) type Refused = String;

const DECODING: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, DECODING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, DECODING);

/// Writes an integer, without its tag, from JSON's number grammar.
pub(crate) fn put_integer(out: &mut Vec<u8>, kind: Kind, text: &str) -> Result<(), Refused> {
    let (low, high): (i128, i128) = match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => (i32::MIN.into(), i32::MAX.into()),
        Kind::Uint32 | Kind::Fixed32 => (0, u32::MAX.into()),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => (i64::MIN.into(), i64::MAX.into()),
        _ => (0, u64::MAX.into()),
    };
    let value = integer(text)
        .filter(|value| (low..=high).contains(value))
        .ok_or_else(|| format!("must be a whole number between {low} and {high}"))?;
    match kind {
        // The sign is kept by the casts: the range was checked above.
        Kind::Int32 | Kind::Int64 => put_varint(out, value as i64 as u64),
        Kind::Uint32 | Kind::Uint64 => put_varint(out, value as u64),
        Kind::Sint32 | Kind::Sint64 => put_varint(out, zigzag(value as i64)),
        Kind::Sfixed32 => out.extend_from_slice(&(value as i32).to_le_bytes()),
        Kind::Fixed32 => out.extend_from_slice(&(value as u32).to_le_bytes()),
        Kind::Sfixed64 => out.extend_from_slice(&(value as i64).to_le_bytes()),
        _ => out.extend_from_slice(&(value as u64).to_le_bytes()),
    }
    Ok(())
}

/// The whole number that a decimal text stands for, exactly: `1e2` and `5.0` are whole numbers too.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], digits[at + 1..].parse::<i64>().ok()?),
        None => (digits, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if whole.is_empty() || leading_zero || !is_number(whole) || !is_number(part) {
        return None;
    }
    if mantissa.ends_with('.') {
        return None;
    }
    // The digits before the shifted point must make up the number, those after it must be zeros.
    let point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let all = || whole.bytes().chain(part.bytes());
    if all().all(|digit| digit == b'0') {
        return Some(0);
    }
    let mut value: i128 = 0;
    for (place, digit) in (0i64..).zip(all()) {
        if place < point {
            value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
        } else if digit != b'0' {
            return None;
        }
    }
    let written = i64::try_from(whole.len() + part.len()).ok()?;
    for _ in written..point {
        value = value.checked_mul(10)?;
    }
    Some(if negative { -value } else { value })
}

/// Writes a double or float, without its tag, from JSON's number grammar or one of the three words.
pub(crate) fn put_real(out: &mut Vec<u8>, kind: Kind, text: &str, words: bool) -> Result<(), Refused> {
    let word = match text {
        "NaN" if words => Some(f64::NAN),
        "Infinity" if words => Some(f64::INFINITY),
        "-Infinity" if words => Some(f64::NEG_INFINITY),
        _ => None,
    };
    let refused = || "must be a number in the range of the field".to_owned();
    if word.is_none() && !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) {
        return Err(refused());
    }
    if kind == Kind::Float {
        let value = match word {
            Some(word) => word as f32,
            None => text.parse::<f32>().ok().filter(|value| value.is_finite()).ok_or_else(refused)?,
        };
        out.extend_from_slice(&value.to_le_bytes());
    } else {
        let value = match word {
            Some(word) => word,
            None => text.parse::<f64>().ok().filter(|value| value.is_finite()).ok_or_else(refused)?,
        };
        out.extend_from_slice(&value.to_le_bytes());
    }
    Ok(())
}

pub(crate) fn put_enum(out: &mut Vec<u8>, plan: &EnumPlan, name: &str) -> Result<(), Refused> {
    let number = plan.number(name).ok_or_else(|| format!("must be one of {}", plan.allowed()))?;
    put_varint(out, i64::from(number) as u64);
    Ok(())
}

/// Bytes from either alphabet of base64, padded or not.
pub(crate) fn bytes(text: &str) -> Result<Vec<u8>, Refused> {
    let engine = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    engine.decode(text).map_err(|_| "must be base64".to_owned())
}

/// Writes the content of a message whose JSON form is a string.
pub(crate) fn put_known_text(out: &mut Vec<u8>, known: Known, text: &str, input: JsonInput) -> Result<(), Refused> {
    match known {
        Known::Timestamp => put_instant(out, parse_timestamp(text).ok_or(TIMESTAMP_FORM)?),
        Known::Duration => put_instant(out, parse_duration(text).ok_or(DURATION_FORM)?),
        _ => {
            for path in text.split(',').filter(|path| !path.is_empty()) {
                let path = mask_path(path, input).ok_or("must be field names joined by commas")?;
                put_tag(out, 1, wire::LEN);
                wire::put_bytes(out, path.as_bytes());
            }
        }
    }
    Ok(())
}

/// Timestamp and Duration have the same fields.
fn put_instant(out: &mut Vec<u8>, (seconds, nanos): (i64, i32)) {
    if seconds != 0 {
        put_tag(out, 1, wire::VARINT);
        put_varint(out, seconds as u64);
    }
    if nanos != 0 {
        put_tag(out, 2, wire::VARINT);
        put_varint(out, i64::from(nanos) as u64);
    }
}

/// One path of a field mask in proto names. The specification knows only camelCase here; a strict edge writes proto
/// names in its answers, so it takes them back as well.
fn mask_path(path: &str, input: JsonInput) -> Option<String> {
    let mut snake = String::with_capacity(path.len() + 4);
    for character in path.chars() {
        match character {
            'A'..='Z' => {
                snake.push('_');
                snake.push(character.to_ascii_lowercase());
            }
            '_' if input == JsonInput::ProtoJson => return None,
            'a'..='z' | '0'..='9' | '_' | '.' => snake.push(character),
            _ if input == JsonInput::ProtoJson => snake.push(character),
            _ => return None,
        }
    }
    // Half the one spelling and half the other, or neither.
    let is_mixed =
        input == JsonInput::Strict && (snake.contains("__") || snake.split('.').any(|name| name.ends_with('_')));
    (!is_mixed).then_some(snake)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_exact_to_the_last_digit() {
        for (text, value) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("9223372036854775807", Some(i128::from(i64::MAX))),
            ("-9223372036854775809", Some(i128::from(i64::MIN) - 1)),
            ("18446744073709551615", Some(i128::from(u64::MAX))),
            ("1e2", Some(100)),
            ("1.50e1", Some(15)),
            ("100e-2", Some(1)),
            ("5.0", Some(5)),
            ("0e999999999", Some(0)),
            ("1.5", None),
            ("1e-1", None),
            ("1e99", None),
            ("1e9999999999999999999", None),
            ("0858", None),
            ("+5", None),
            ("", None),
            ("-", None),
            (" 1", None),
            ("1.", None),
        ] {
            assert_eq!(integer(text), value, "{text}");
        }
    }

    #[test]
    fn masks_have_one_spelling() {
        for (text, path) in [
            ("fooBar.baz", Some("foo_bar.baz")),
            ("foo_bar.line_1", Some("foo_bar.line_1")),
            ("foo_Bar", None),
            ("foo__bar", None),
            ("foo_", None),
            ("foo_.bar", None),
            ("foo bar", None),
        ] {
            assert_eq!(mask_path(text, JsonInput::Strict).as_deref(), path, "{text}");
        }
        assert_eq!(mask_path("foo_bar", JsonInput::ProtoJson), None);
    }

    #[test]
    fn base64_takes_both_alphabets() {
        for text in ["+/8=", "+/8", "-_8=", "-_8"] {
            assert_eq!(bytes(text).unwrap(), [0xfb, 0xff]);
        }
        assert!(bytes("+_8=").is_err());
        assert!(bytes("a b").is_err());
    }
}
