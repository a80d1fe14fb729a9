//! Timestamps and durations as ProtoJSON writes them.

use super::text::{put_signed, put_unsigned};

/// 0001-01-01T00:00:00Z.
const FIRST_SECOND: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;
/// About ten thousand years.
const MAX_DURATION_SECONDS: i64 = 315_576_000_000;

pub(crate) const TIMESTAMP_FORM: &str =
    "must be a time such as \"2026-01-31T09:30:00Z\" (RFC 3339, years 0001 to 9999)";
pub(crate) const DURATION_FORM: &str = "must be a duration in seconds such as \"1.5s\", at most 315576000000s";

/// Seconds since 1970 and nanoseconds, or nothing when the text is no RFC 3339 time.
pub(crate) fn parse_timestamp(text: &str) -> Option<(i64, i32)> {
    let bytes = text.as_bytes();
    let fixed = bytes.get(..19)?;
    for (place, mark) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
        if fixed[place] != mark {
            return None;
        }
    }
    let number = |from: usize, to: usize| digits(&fixed[from..to]);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if year < 1 || !(1..=12).contains(&month) || day < 1 || day > days_of_month(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanos, rest) = fraction(&bytes[19..])?;
    let offset = match rest {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = (hours * 60 + minutes) * 60;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    (FIRST_SECOND..=LAST_SECOND).contains(&seconds).then_some((seconds, nanos))
}

/// A decimal fraction of one to nine digits in front of the rest, if there is one.
fn fraction(bytes: &[u8]) -> Option<(i32, &[u8])> {
    let Some((b'.', rest)) = bytes.split_first() else { return Some((0, bytes)) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 || length > 9 {
        return None;
    }
    let mut nanos = digits(&rest[..length])?;
    for _ in length..9 {
        nanos *= 10;
    }
    Some((i32::try_from(nanos).ok()?, &rest[length..]))
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0i64, |value, byte| {
        byte.is_ascii_digit().then(|| value.checked_mul(10)?.checked_add(i64::from(byte - b'0'))).flatten()
    })
}

/// Whether the timestamp can be written at all.
pub(crate) fn put_timestamp(out: &mut Vec<u8>, seconds: i64, nanos: i32) -> bool {
    if !(FIRST_SECOND..=LAST_SECOND).contains(&seconds) || !(0..1_000_000_000).contains(&nanos) {
        return false;
    }
    let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    out.push(b'"');
    put_padded(out, year, 4);
    for (mark, value) in
        [(b'-', month), (b'-', day), (b'T', second / 3_600), (b':', second / 60 % 60), (b':', second % 60)]
    {
        out.push(mark);
        put_padded(out, value, 2);
    }
    put_fraction(out, nanos.unsigned_abs());
    out.extend_from_slice(b"Z\"");
    true
}

pub(crate) fn parse_duration(text: &str) -> Option<(i64, i32)> {
    let bytes = text.strip_suffix('s')?.as_bytes();
    let (negative, bytes) = match bytes.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, bytes),
    };
    let length = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return None;
    }
    let seconds = digits(&bytes[..length])?;
    let (nanos, rest) = fraction(&bytes[length..])?;
    if !rest.is_empty() || seconds > MAX_DURATION_SECONDS || (seconds == MAX_DURATION_SECONDS && nanos > 0) {
        return None;
    }
    Some(if negative { (-seconds, -nanos) } else { (seconds, nanos) })
}

/// Whether the duration can be written at all.
pub(crate) fn put_duration(out: &mut Vec<u8>, seconds: i64, nanos: i32) -> bool {
    let signs_differ = (seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0);
    let is_too_long = seconds.unsigned_abs() > MAX_DURATION_SECONDS.unsigned_abs()
        || (seconds.unsigned_abs() == MAX_DURATION_SECONDS.unsigned_abs() && nanos != 0);
    if is_too_long || nanos.unsigned_abs() > 999_999_999 || signs_differ {
        return false;
    }
    out.push(b'"');
    if seconds == 0 && nanos < 0 {
        out.push(b'-');
    }
    put_signed(out, seconds);
    put_fraction(out, nanos.unsigned_abs());
    out.extend_from_slice(b"s\"");
    true
}

/// None, three, six or nine digits, whichever is the fewest that is exact.
fn put_fraction(out: &mut Vec<u8>, nanos: u32) {
    let nanos = i64::from(nanos);
    if nanos == 0 {
        return;
    }
    out.push(b'.');
    if nanos % 1_000_000 == 0 {
        put_padded(out, nanos / 1_000_000, 3);
    } else if nanos % 1_000 == 0 {
        put_padded(out, nanos / 1_000, 6);
    } else {
        put_padded(out, nanos, 9);
    }
}

fn put_padded(out: &mut Vec<u8>, value: i64, width: u32) {
    for place in (1..width).rev() {
        if value < 10i64.pow(place) {
            out.push(b'0');
        }
    }
    put_unsigned(out, value.unsigned_abs());
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar; the year starts in March so that the leap day
/// is its last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(seconds: i64, nanos: i32) -> String {
        let mut out = Vec::new();
        assert!(put_timestamp(&mut out, seconds, nanos));
        String::from_utf8(out).unwrap().trim_matches('"').to_owned()
    }

    #[test]
    fn timestamps_go_both_ways() {
        for (text, seconds, nanos) in [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("0001-01-01T00:00:00Z", FIRST_SECOND, 0),
            ("9999-12-31T23:59:59.999999999Z", LAST_SECOND, 999_999_999),
            ("2024-02-29T12:34:56.700Z", 1_709_210_096, 700_000_000),
            ("1969-12-31T23:59:59.000001Z", -1, 1_000),
        ] {
            assert_eq!(parse_timestamp(text), Some((seconds, nanos)), "{text}");
            assert_eq!(written(seconds, nanos), text);
        }
        assert_eq!(parse_timestamp("1970-01-01T05:30:00+05:30"), Some((0, 0)));
        assert_eq!(parse_timestamp("1969-12-31T23:00:00-01:00"), Some((0, 0)));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2024-02-30T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-01-01t00:00:00Z",
            "2024-01-01T00:00:00z",
            "2024-01-01 00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:60Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00.1234567890Z",
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "2024-01-01T00:00:00+0100",
            "2024-1-01T00:00:00Z",
            "2024-01-01T00:00:00Zé",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_eight_centuries_survives() {
        for day in -150_000..150_000 {
            let (year, month, date) = civil_from_days(day);
            assert_eq!(days_from_civil(year, month, date), day);
        }
    }

    #[test]
    fn durations_go_both_ways() {
        for (text, seconds, nanos) in [
            ("0s", 0, 0),
            ("1.500s", 1, 500_000_000),
            ("-0.000001s", 0, -1_000),
            ("-315576000000s", -315_576_000_000, 0),
        ] {
            assert_eq!(parse_duration(text), Some((seconds, nanos)));
            let mut out = Vec::new();
            assert!(put_duration(&mut out, seconds, nanos));
            assert_eq!(String::from_utf8(out).unwrap(), format!("\"{text}\""));
        }
        for (seconds, nanos) in [(315_576_000_000, 1), (-315_576_000_001, 0), (1, -1), (-1, 1), (0, 1_000_000_000)] {
            assert!(!put_duration(&mut Vec::new(), seconds, nanos), "{seconds} {nanos}");
        }
        for text in ["", "s", "1", "1 s", "+1s", ".5s", "1.s", "1.0000000001s", "315576000001s", "1e3s"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
