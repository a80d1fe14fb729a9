//! Values as the contract writes them: ids are texts, times are timestamps. Every slice converts through these.

use chrono::{DateTime, NaiveDate, Utc};
use prost_types::Timestamp;
use uuid::Uuid;

use crate::problem::Problem;

/// An id that the field's rule has already checked.
pub fn id(field: &str, text: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(text).map_err(|_| Problem::invalid_field(field, "must be a UUID"))
}

/// An id that may be left out.
pub fn optional_id(field: &str, text: Option<&str>) -> Result<Option<Uuid>, Problem> {
    text.map(|text| id(field, text)).transpose()
}

/// A day that may be left out. The field's rule has checked its form.
pub fn optional_date(field: &str, text: Option<&str>) -> Result<Option<NaiveDate>, Problem> {
    let date = |text: &str| text.parse().map_err(|_| Problem::invalid_field(field, "must be a day of the calendar"));
    text.map(date).transpose()
}

/// A time, to the microsecond that databases keep.
pub fn time(field: &str, value: Option<Timestamp>) -> Result<DateTime<Utc>, Problem> {
    use chrono::SubsecRound as _;
    value
        .and_then(|value| DateTime::from_timestamp(value.seconds, u32::try_from(value.nanos).ok()?))
        .map(|time| time.trunc_subsecs(6))
        .ok_or_else(|| Problem::invalid_field(field, "must be a time"))
}

pub fn timestamp(time: DateTime<Utc>) -> Timestamp {
    Timestamp { seconds: time.timestamp(), nanos: i32::try_from(time.timestamp_subsec_nanos()).unwrap_or(0) }
}
