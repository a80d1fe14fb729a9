//! Slots of the timetable for the scene: some that everybody finds on any day, and as many more as calls use up.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{Days, NaiveDate};
use rollcall_proto::v1::CreateTimetableRequest;
use rollcall_tests::{
    college::College,
    seed::{SeedDivision, SeedTimetable, SeedUser},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A slot at an hour of every day of the week.
pub fn every_day(college: &mut College, division: &SeedDivision, teacher: &SeedUser, hour: u8) {
    let slots = (1..=7).map(|day_of_week| SeedTimetable {
        id: Uuid::now_v7(),
        college_id: college.college.id,
        division_id: division.id,
        location_id: college.location.id,
        teacher_id: teacher.id,
        subject: "Rust".to_owned(),
        day_of_week,
        start_time: format!("{hour:02}:00"),
        end_time: format!("{hour:02}:45"),
        valid_from: None,
        valid_to: None,
    });
    college.more.timetables.extend(slots);
}

/// A slot of the college's own that nothing is in the way of: each on another day, later than anything else.
pub fn fresh(college: &College) -> CreateTimetableRequest {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let day = NaiveDate::default() + Days::new(40_000 + MADE.fetch_add(1, Ordering::Relaxed));
    CreateTimetableRequest {
        division_id: college.division.id.to_string(),
        location_id: college.location.id.to_string(),
        teacher_id: college.teacher.id.to_string(),
        subject: "Compilers".to_owned(),
        day_of_week: 1,
        start_time: "20:00".to_owned(),
        end_time: "21:00".to_owned(),
        valid_from: Some(day.to_string()),
        valid_to: Some(day.to_string()),
        also_location_ids: Vec::new(),
    }
}

/// The same as JSON, at another location.
pub fn fresh_at(college: &College, location: Uuid) -> Value {
    let slot = fresh(college);
    json!({
        "division_id": slot.division_id,
        "location_id": location,
        "teacher_id": slot.teacher_id,
        "subject": slot.subject,
        "day_of_week": slot.day_of_week,
        "start_time": slot.start_time,
        "end_time": slot.end_time,
        "valid_from": slot.valid_from,
        "valid_to": slot.valid_to,
    })
}
