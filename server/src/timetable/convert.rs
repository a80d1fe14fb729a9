//! Slots and occurrences as the contract writes them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rollcall_proto::v1::{Occurrence, Timetable};

use super::{names::Names, schedule::Entry};
use crate::{
    convert::{clock_text, timestamp},
    entity::timetable::Model,
};

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
        also_location_ids: slot.also_location_ids.to_texts(),
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
