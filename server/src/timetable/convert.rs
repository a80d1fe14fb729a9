//! Slots and occurrences as the contract writes them.

use chrono::{DateTime, NaiveTime, Timelike as _, Utc};
use chrono_tz::Tz;
use rollcall_proto::v1::{Occurrence, Timetable};

use super::schedule::{Entry, Names};
use crate::{convert::timestamp, entity::timetable::Model};

pub fn to_proto(slot: Model) -> Timetable {
    Timetable {
        id: slot.id.to_string(),
        division_id: slot.division_id.to_string(),
        location_id: slot.location_id.to_string(),
        teacher_id: slot.teacher_id.to_string(),
        subject: slot.subject,
        day_of_week: slot.day_of_week,
        start_time: clock_text(slot.start_time),
        end_time: clock_text(slot.end_time),
        valid_from: slot.valid_from.to_string(),
        valid_to: slot.valid_to.map(|day| day.to_string()).unwrap_or_default(),
    }
}

pub fn occurrence(Entry { slot, occurrence }: &Entry, zone: Tz, names: &Names) -> Occurrence {
    let shown = |at: DateTime<Utc>| clock_text(at.with_timezone(&zone).time());
    Occurrence {
        timetable_id: slot.id.to_string(),
        date: occurrence.date.to_string(),
        starts_at: Some(timestamp(occurrence.start)),
        ends_at: Some(timestamp(occurrence.end)),
        start_time: shown(occurrence.start),
        end_time: shown(occurrence.end),
        time_zone: zone.name().to_owned(),
        subject: slot.subject.clone(),
        division_id: slot.division_id.to_string(),
        division_name: names.get(slot.division_id).to_owned(),
        location_id: slot.location_id.to_string(),
        location_name: names.get(slot.location_id).to_owned(),
        teacher_id: slot.teacher_id.to_string(),
        teacher_name: names.get(slot.teacher_id).to_owned(),
    }
}

/// A wall time, or what is wrong with it.
pub fn clock(text: &str) -> Result<NaiveTime, &'static str> {
    if text.starts_with("24:") {
        return Err("must be at most 23:59:59: no slot goes over midnight");
    }
    let time = NaiveTime::parse_from_str(text, "%H:%M").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S"));
    // A second 60 would be kept as a fraction of the one before.
    time.ok().filter(|time| time.nanosecond() == 0).ok_or("must be a time of day, such as 09:00 or 09:00:00")
}

/// A wall time, with seconds where there are some.
pub fn clock_text(time: NaiveTime) -> String {
    time.format(if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string()
}

/// What a day of the week is called.
pub fn day_name(day_of_week: i32) -> &'static str {
    match day_of_week {
        1 => "Monday",
        2 => "Tuesday",
        3 => "Wednesday",
        4 => "Thursday",
        5 => "Friday",
        6 => "Saturday",
        _ => "Sunday",
    }
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
            assert_eq!(clock(text).ok().map(clock_text).as_deref(), expected, "{text:?}");
        }
    }
}
