//! Entries as the contract writes them.

use chrono::{NaiveDate, NaiveTime};
use rollcall_proto::v1::{CalendarEntry, calendar_entry::Kind as ProtoKind};

use crate::{
    convert::{self, clock_text},
    entity::calendar_entry::{Kind, Model},
    problem::Problem,
};

/// A bit for each day of the week.
const EVERY_DAY: i32 = 127;

pub fn to_proto(entry: Model) -> CalendarEntry {
    let clock = |time: Option<NaiveTime>| time.map(clock_text).unwrap_or_default();
    CalendarEntry {
        id: entry.id.to_string(),
        kind: kind_to_proto(entry.kind) as i32,
        name: entry.name,
        from_date: entry.from_date.to_string(),
        to_date: entry.to_date.to_string(),
        days_of_week: days(entry.days_of_week),
        start_time: clock(entry.start_time),
        end_time: clock(entry.end_time),
        source_uid: entry.source_uid.unwrap_or_default(),
    }
}

pub const fn kind_from_proto(kind: ProtoKind) -> Option<Kind> {
    match kind {
        ProtoKind::Unspecified => None,
        ProtoKind::Holiday => Some(Kind::Holiday),
        ProtoKind::Break => Some(Kind::Break),
    }
}

const fn kind_to_proto(kind: Kind) -> ProtoKind {
    match kind {
        Kind::Holiday => ProtoKind::Holiday,
        Kind::Break => ProtoKind::Break,
    }
}

/// The bits of days from 1 to 7, which the field's rule holds them to. No day means every day.
pub fn bits(days: &[i32]) -> i32 {
    match days.iter().fold(0, |bits, day| bits | 1 << (day - 1)) {
        0 => EVERY_DAY,
        bits => bits,
    }
}

fn days(bits: i32) -> Vec<i32> {
    (1..=7).filter(|day| bits != EVERY_DAY && bits >> (day - 1) & 1 == 1).collect()
}

/// A day whose form the field's rule has checked; none for an empty text.
pub fn day(field: &str, text: &str) -> Result<Option<NaiveDate>, Problem> {
    convert::optional_date(field, Some(text).filter(|text| !text.is_empty()))
}

/// The same of a time of the day.
pub fn clock(field: &str, text: &str) -> Result<Option<NaiveTime>, Problem> {
    Some(text).filter(|text| !text.is_empty()).map(|text| convert::clock(field, text)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_week_are_bits() {
        let table: [(&[i32], i32, &[i32]); 6] = [
            (&[], 127, &[]),
            (&[1], 1, &[1]),
            (&[7], 64, &[7]),
            (&[5, 1, 5], 17, &[1, 5]),
            (&[6, 7], 96, &[6, 7]),
            (&[1, 2, 3, 4, 5, 6, 7], 127, &[]),
        ];
        for (given, expected, told) in table {
            assert_eq!((bits(given), days(expected).as_slice()), (expected, told), "{given:?}");
        }
    }
}
