//! The JSON that `rollcall admin seed` reads.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use uuid::Uuid;

/// A whole file.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Seed {
    /// The hash of the password of everyone who has none of their own.
    pub password_hash: String,
    pub colleges: Vec<SeedCollege>,
    pub divisions: Vec<SeedDivision>,
    pub users: Vec<SeedUser>,
    pub locations: Vec<SeedLocation>,
    pub access_points: Vec<SeedAccessPoint>,
    pub timetables: Vec<SeedTimetable>,
    pub enrolments: Vec<SeedEnrolment>,
    pub sessions: Vec<SeedSession>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SeedCollege {
    pub id: Uuid,
    pub short_name: String,
    pub name: String,
    pub time_zone: String,
    pub late_grace_seconds: i32,
    /// For how many days sessions are planned by the timetable.
    pub plan_horizon_days: i32,
}

#[derive(Clone, Debug, Serialize)]
pub struct SeedDivision {
    pub id: Uuid,
    pub college_id: Uuid,
    pub name: String,
    pub description: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct SeedUser {
    pub id: Uuid,
    pub college_id: Uuid,
    pub email: String,
    pub username: String,
    pub role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub division_id: Option<Uuid>,
    pub is_active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Student,
    Teacher,
    Admin,
}

#[derive(Clone, Debug, Serialize)]
pub struct SeedLocation {
    pub id: Uuid,
    pub college_id: Uuid,
    pub name: String,
    pub latitude: f64,
    pub longitude: f64,
    pub radius_meters: f64,
    /// Rings in degrees: longitude, latitude.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polygon: Option<Vec<Vec<[f64; 2]>>>,
    pub building: String,
    pub classroom_number: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct SeedAccessPoint {
    pub id: Uuid,
    pub college_id: Uuid,
    pub location_id: Uuid,
    pub bssid: String,
    pub ssid: String,
    pub min_rssi_dbm: i32,
    #[serde(rename = "type")]
    pub kind: Signal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Signal {
    Wifi,
    Bluetooth,
}

#[derive(Clone, Debug, Serialize)]
pub struct SeedTimetable {
    pub id: Uuid,
    pub college_id: Uuid,
    pub division_id: Uuid,
    pub location_id: Uuid,
    pub teacher_id: Uuid,
    pub subject: String,
    /// 1 is Monday.
    pub day_of_week: u8,
    pub start_time: String,
    pub end_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SeedEnrolment {
    pub college_id: Uuid,
    pub division_id: Uuid,
    pub student_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_date: Option<NaiveDate>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SeedSession {
    pub id: Uuid,
    pub college_id: Uuid,
    pub location_id: Uuid,
    pub division_id: Uuid,
    pub teacher_id: Uuid,
    pub subject: String,
    pub planned_start: DateTime<Utc>,
    pub planned_end: DateTime<Utc>,
    pub state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_grace_seconds: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timetable_id: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    Scheduled,
    Active,
    Completed,
    Cancelled,
}

impl Seed {
    /// Adds another file's content to this one.
    pub fn append(&mut self, mut other: Self) {
        self.colleges.append(&mut other.colleges);
        self.divisions.append(&mut other.divisions);
        self.users.append(&mut other.users);
        self.locations.append(&mut other.locations);
        self.access_points.append(&mut other.access_points);
        self.timetables.append(&mut other.timetables);
        self.enrolments.append(&mut other.enrolments);
        self.sessions.append(&mut other.sessions);
    }
}
