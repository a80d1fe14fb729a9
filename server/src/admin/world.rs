//! A whole world in one JSON file: for tests, for load, for trying things out.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// All that a file can hold. Ids are the file's own.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// PHC string; for every user who has none of their own.
    pub password_hash: Option<String>,
    pub colleges: Vec<College>,
    pub divisions: Vec<Division>,
    pub users: Vec<User>,
    pub locations: Vec<Location>,
    pub access_points: Vec<AccessPoint>,
    pub timetables: Vec<Timetable>,
    pub enrolments: Vec<Enrolment>,
    pub sessions: Vec<Session>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct College {
    pub id: Uuid,
    pub short_name: String,
    pub name: String,
    pub time_zone: Option<String>,
    pub late_grace_seconds: Option<i32>,
    /// For how many days sessions are planned by the timetable; 14 where left out, 0 plans none.
    pub plan_horizon_days: Option<i32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Division {
    pub id: Uuid,
    pub college_id: Uuid,
    pub name: String,
    #[serde(default)]
    pub description: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    pub id: Uuid,
    pub college_id: Uuid,
    pub email: String,
    pub username: String,
    pub role: Role,
    /// Of a student: enrolled there without an end, unless an enrolment says from when to when.
    pub division_id: Option<Uuid>,
    pub is_active: Option<bool>,
    pub password_hash: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Student,
    Teacher,
    Admin,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    pub id: Uuid,
    pub college_id: Uuid,
    pub name: String,
    pub latitude: f64,
    pub longitude: f64,
    /// GEO_FENCE_RADIUS_METERS where left out.
    pub radius_meters: Option<f64>,
    /// As the coordinates of a polygon in GeoJSON. Centre and radius are its own then, whatever stands beside it.
    pub polygon: Option<Vec<Vec<[f64; 2]>>>,
    #[serde(default)]
    pub building: String,
    #[serde(default)]
    pub classroom_number: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessPoint {
    pub id: Uuid,
    pub college_id: Uuid,
    pub location_id: Uuid,
    /// In any spelling.
    pub bssid: String,
    #[serde(default)]
    pub ssid: String,
    /// -120, every signal, where left out.
    pub min_rssi_dbm: Option<i32>,
    #[serde(rename = "type")]
    pub kind: Signal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Signal {
    Wifi,
    Bluetooth,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timetable {
    pub id: Uuid,
    pub college_id: Uuid,
    pub division_id: Uuid,
    pub location_id: Uuid,
    pub teacher_id: Uuid,
    pub subject: String,
    /// 1 is Monday.
    pub day_of_week: i32,
    #[serde(deserialize_with = "clock")]
    pub start_time: NaiveTime,
    #[serde(deserialize_with = "clock")]
    pub end_time: NaiveTime,
    /// 1970-01-01 where left out.
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    pub college_id: Uuid,
    pub division_id: Uuid,
    pub student_id: Uuid,
    /// 1970-01-01 where left out.
    pub from_date: Option<NaiveDate>,
    pub to_date: Option<NaiveDate>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    pub id: Uuid,
    pub college_id: Uuid,
    pub location_id: Uuid,
    pub division_id: Uuid,
    pub teacher_id: Uuid,
    pub subject: String,
    pub planned_start: DateTime<Utc>,
    pub planned_end: DateTime<Utc>,
    pub state: State,
    /// The planned start where left out and the state says that it was started.
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub late_grace_seconds: Option<i32>,
    pub timetable_id: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    Scheduled,
    Active,
    Completed,
    Cancelled,
}

/// `09:00` or `09:00:00`.
fn clock<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    NaiveTime::parse_from_str(&text, "%H:%M")
        .or_else(|_| NaiveTime::parse_from_str(&text, "%H:%M:%S"))
        .map_err(serde::de::Error::custom)
}
