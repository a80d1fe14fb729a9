//! Values as JSON text.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// For every byte, 0 when it may stand in a string as it is, `u` when it needs four digits, else its short escape.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = b'u';
        byte += 1;
    }
    table[0x08] = b'b';
    table[0x09] = b't';
    table[0x0a] = b'n';
    table[0x0c] = b'f';
    table[0x0d] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

pub(crate) fn put_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut plain = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let escape = ESCAPES[*byte as usize];
        if escape == 0 {
            continue;
        }
        out.extend_from_slice(&bytes[plain..at]);
        plain = at + 1;
        out.extend_from_slice(&[b'\\', escape]);
        if escape == b'u' {
            let digits = [b'0', b'0', HEX[(byte >> 4) as usize], HEX[(byte & 15) as usize]];
            out.extend_from_slice(&digits);
        }
    }
    out.extend_from_slice(&bytes[plain..]);
    out.push(b'"');
}

pub(crate) fn put_unsigned(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    put_unsigned(out, value.unsigned_abs());
}

/// The shortest text that reads back as the same number everywhere, or the word for what JSON has no number for.
pub(crate) fn put_double(out: &mut Vec<u8>, value: f64) {
    if put_word(out, value) {
        return;
    }
    // Writing to a vector cannot fail.
    if is_plain(value.abs()) {
        drop(write!(out, "{value}"));
    } else {
        drop(write!(out, "{value:e}"));
    }
}

pub(crate) fn put_float(out: &mut Vec<u8>, value: f32) {
    if put_word(out, f64::from(value)) {
        return;
    }
    if is_plain(f64::from(value).abs()) {
        drop(write!(out, "{value}"));
    } else {
        drop(write!(out, "{value:e}"));
    }
}

fn is_plain(magnitude: f64) -> bool {
    magnitude == 0.0 || (1e-5..1e17).contains(&magnitude)
}

fn put_word(out: &mut Vec<u8>, value: f64) -> bool {
    let word: &[u8] = match value {
        _ if value.is_nan() => b"\"NaN\"",
        f64::INFINITY => b"\"Infinity\"",
        f64::NEG_INFINITY => b"\"-Infinity\"",
        // Readers that know whole numbers take -0 for one, which has no sign.
        0.0 if value.is_sign_negative() => b"-0.0",
        _ => return false,
    };
    out.extend_from_slice(word);
    true
}

pub(crate) fn put_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let written = STANDARD.encode_slice(bytes, &mut out[start..]).expect("the slice has room for the padded form");
    out.truncate(start + written);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(put: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        put(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strings_are_escaped_as_any_parser_expects() {
        for sample in ["", "plain", "a\"b\\c\n\r\t\u{8}\u{c}\u{1f}\u{7f}é😀\u{2028}"] {
            let written = text(|out| put_string(out, sample));
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), sample);
        }
    }

    #[test]
    fn numbers_are_exact() {
        assert_eq!(text(|out| put_signed(out, i64::MIN)), i64::MIN.to_string());
        assert_eq!(text(|out| put_unsigned(out, u64::MAX)), u64::MAX.to_string());
        assert_eq!(text(|out| put_unsigned(out, 0)), "0");
        for value in [0.0, -0.0, 1.0, 1.5, 1e300, -1e-300, f64::MIN_POSITIVE, 123_456_789.125, 1e16, 1e-6, f64::MAX] {
            let written = text(|out| put_double(out, value));
            assert_eq!(written.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{written}");
            assert!(written.len() < 26, "{written}");
        }
        assert_eq!(text(|out| put_float(out, 0.1)), "0.1");
        assert_eq!(text(|out| put_float(out, -0.0)), "-0.0");
        assert_eq!(text(|out| put_float(out, f32::NEG_INFINITY)), "\"-Infinity\"");
    }

    #[test]
    fn base64_is_standard_and_padded() {
        assert_eq!(text(|out| put_base64(out, &[0xfb, 0xff])), "\"+/8=\"");
        assert_eq!(text(|out| put_base64(out, b"")), "\"\"");
    }
}
