//! Values as the contract writes them: ids are texts, times are timestamps. Every slice converts through these.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, Timelike as _, Utc};
use prost_types::Timestamp;
use uuid::Uuid;

use crate::{entity::location_ids::LocationIds, problem::Problem};

/// An id that the field's rule has already checked.
pub fn id(field: &str, text: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(text).map_err(|_| Problem::invalid_field(field, "must be a UUID"))
}

/// How many there are of something. Whatever is counted stays far below the largest that the contract can write.
pub fn count(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

/// An id that may be left out.
pub fn optional_id(field: &str, text: Option<&str>) -> Result<Option<Uuid>, Problem> {
    text.map(|text| id(field, text)).transpose()
}

/// Locations beside the one where something is held.
pub fn location_ids(field: &str, texts: &[String]) -> Result<LocationIds, Problem> {
    texts.iter().enumerate().map(|(number, text)| id(&format!("{field}[{number}]"), text)).collect()
}

/// Whatever is planned lies within them, and their times in any zone can be written: years have four digits, and one more day
/// on either side of the calendar would not.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// A day. The field's rule has checked its form.
pub fn date(field: &str, text: &str) -> Result<NaiveDate, Problem> {
    let date: NaiveDate = text.parse().map_err(|_| Problem::invalid_field(field, "must be a day of the calendar"))?;
    if !YEARS.contains(&date.year()) {
        return Err(Problem::invalid_field(field, "must be a day of the years 1900 to 2199"));
    }
    Ok(date)
}

/// A day that may be left out.
pub fn optional_date(field: &str, text: Option<&str>) -> Result<Option<NaiveDate>, Problem> {
    text.map(|text| date(field, text)).transpose()
}

/// A time of the day, by whichever clock.
pub fn clock(field: &str, text: &str) -> Result<NaiveTime, Problem> {
    read_clock(text).map_err(|fault| Problem::invalid_field(field, fault))
}

/// The same, or what is wrong with it.
pub fn read_clock(text: &str) -> Result<NaiveTime, &'static str> {
    if text.starts_with("24:") {
        return Err("must be at most 23:59:59: nothing goes over midnight");
    }
    let time = NaiveTime::parse_from_str(text, "%H:%M").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S"));
    // A second 60 would be kept as a fraction of the one before.
    time.ok().filter(|time| time.nanosecond() == 0).ok_or("must be a time of day, such as 09:00 or 09:00:00")
}

/// A time of the day, with seconds where there are some.
pub fn clock_text(time: NaiveTime) -> String {
    time.format(if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string()
}

/// A time, to the microsecond that databases keep.
/// Bytes of a length that is always the same, such as a key's.
pub fn sized<const LENGTH: usize>(field: &str, bytes: &[u8]) -> Result<[u8; LENGTH], Problem> {
    bytes.try_into().map_err(|_| Problem::invalid_field(field, format!("must have {LENGTH} bytes")))
}

/// A time that people plan for: deadlines reckoned from it are times too.
pub fn time(field: &str, value: Option<Timestamp>) -> Result<DateTime<Utc>, Problem> {
    use chrono::{Datelike as _, SubsecRound as _};
    let time = value
        .and_then(|value| DateTime::from_timestamp(value.seconds, u32::try_from(value.nanos).ok()?))
        .map(|time| time.trunc_subsecs(6))
        .ok_or_else(|| Problem::invalid_field(field, "must be a time"))?;
    match YEARS.contains(&time.year()) {
        true => Ok(time),
        false => Err(Problem::invalid_field(field, "must be a time of the years 1900 to 2199")),
    }
}

pub fn timestamp(time: DateTime<Utc>) -> Timestamp {
    Timestamp { seconds: time.timestamp(), nanos: i32::try_from(time.timestamp_subsec_nanos()).unwrap_or(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_read_with_and_without_seconds() {
        let table = [
            ("09:00", Some("09:00")),
            ("00:00", Some("00:00")),
            ("12:30:00", Some("12:30")),
            ("23:59:59", Some("23:59:59")),
            ("09:05:07", Some("09:05:07")),
            ("24:00", None),
            ("24:00:00", None),
            ("23:59:60", None),
            ("09:60", None),
            ("", None),
            ("9 o'clock", None),
        ];
        for (text, expected) in table {
            assert_eq!(read_clock(text).ok().map(clock_text).as_deref(), expected, "{text:?}");
        }
    }
}
