//! The world of a run: one college where every session is active at once, and every student has one of them.

use chrono::TimeDelta;
use rollcall_tests::{
    clock::machine_time,
    password,
    seed::{Role, Seed, SeedCollege, SeedDivision, SeedEnrolment, SeedLocation, SeedSession, SeedUser, State},
};
use uuid::Uuid;

/// No run takes so long that somebody is late.
const LATE_GRACE_SECONDS: i32 = 3600;
pub const LATITUDE: f64 = 12.97;
pub const LONGITUDE: f64 = 77.59;
const RADIUS_METERS: f64 = 50.0;

/// What the callers need to know of it.
pub struct World {
    pub location_id: Uuid,
    pub teacher: SeedUser,
    pub sessions: Vec<Uuid>,
    /// The student at index i is in the session at index i modulo their number: neighbours are in different sessions, as at
    /// nine o'clock, when all of them begin.
    pub students: Vec<SeedUser>,
}

impl World {
    /// A world, and the file that makes it.
    pub fn plan(sessions: u32, students: u32) -> (Self, Seed) {
        let college = SeedCollege {
            id: Uuid::now_v7(),
            short_name: "load".to_owned(),
            name: "College of Load".to_owned(),
            time_zone: "Asia/Kolkata".to_owned(),
            late_grace_seconds: LATE_GRACE_SECONDS,
            plan_horizon_days: 0,
        };
        let location = SeedLocation {
            id: Uuid::now_v7(),
            college_id: college.id,
            name: "Great hall".to_owned(),
            latitude: LATITUDE,
            longitude: LONGITUDE,
            radius_meters: RADIUS_METERS,
            polygon: None,
            building: "Main building".to_owned(),
            classroom_number: "1".to_owned(),
        };
        let teacher = person(college.id, "teacher".to_owned(), Role::Teacher, None);
        let divisions: Vec<SeedDivision> = (0..sessions)
            .map(|number| SeedDivision {
                id: Uuid::now_v7(),
                college_id: college.id,
                name: format!("D{number:05}"),
                description: String::new(),
            })
            .collect();
        let begun = machine_time() - TimeDelta::seconds(60);
        let active: Vec<SeedSession> = divisions
            .iter()
            .map(|division| SeedSession {
                id: Uuid::now_v7(),
                college_id: college.id,
                location_id: location.id,
                division_id: division.id,
                teacher_id: teacher.id,
                subject: "Load".to_owned(),
                planned_start: begun,
                planned_end: begun + TimeDelta::hours(2),
                state: State::Active,
                started_at: Some(begun),
                ended_at: None,
                late_grace_seconds: None,
                timetable_id: None,
            })
            .collect();
        let homes = divisions.iter().map(|division| division.id).cycle();
        let students: Vec<SeedUser> = (0..students)
            .zip(homes)
            .map(|(number, home)| person(college.id, format!("student{number:07}"), Role::Student, Some(home)))
            .collect();
        let enrolments = students.iter().filter_map(|student| {
            let (college_id, student_id) = (student.college_id, student.id);
            Some(SeedEnrolment {
                college_id,
                division_id: student.division_id?,
                student_id,
                from_date: None,
                to_date: None,
            })
        });
        let seed = Seed {
            password_hash: password::hash(password::PASSWORD),
            colleges: vec![college],
            enrolments: enrolments.collect(),
            users: std::iter::once(&teacher).chain(&students).cloned().collect(),
            locations: vec![location.clone()],
            access_points: Vec::new(),
            timetables: Vec::new(),
            divisions,
            sessions: active.clone(),
        };
        let sessions = active.iter().map(|session| session.id).collect();
        (Self { location_id: location.id, teacher, sessions, students }, seed)
    }
}

fn person(college_id: Uuid, name: String, role: Role, division_id: Option<Uuid>) -> SeedUser {
    SeedUser {
        id: Uuid::now_v7(),
        college_id,
        email: format!("{name}@load.example"),
        username: name,
        role,
        division_id,
        is_active: true,
        password_hash: None,
    }
}
