//! The demo: a college to try things out with, made once, and one active session whenever the server starts.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    seed,
    world::{AccessPoint, College, Division, Enrolment, Location, Role, Signal, Timetable, User, World},
};
use crate::{
    entity::{college, division, location, session, user},
    identity,
    problem::Problem,
    session as sessions,
    settings::Settings,
    store::Database,
    workforce,
};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

pub const COLLEGE: &str = "demo";
pub const PASSWORD: &str = "rollcall-demo";
const DIVISION: &str = "First year";
const STAFF: [(&str, &str, Role); 3] = [
    ("admin", "Admin", Role::Admin),
    ("teacher", "Teacher", Role::Teacher),
    ("teacher2", "Second teacher", Role::Teacher),
];
const STUDENTS: usize = 30;
const LATITUDE: f64 = 18.5204;
const LONGITUDE: f64 = 73.8567;
const SESSION_LENGTH: TimeDelta = TimeDelta::hours(12);

/// What a newcomer needs to know to try it.
pub struct Demo {
    pub location_id: Uuid,
    pub session_id: Uuid,
}

/// Makes the demo where it is not there yet, and sees to it that exactly one of its sessions is active.
pub async fn prepare(database: &Database, settings: &Settings, now: DateTime<Utc>) -> Result<Demo, Problem> {
    let college = match college::by_short_name(COLLEGE).one(database.reader()).await? {
        Some(college) => college,
        None => {
            let password_hash = identity::hash_password(PASSWORD)?;
            seed::insert(database, world(password_hash), settings, now).await?;
            let made = college::by_short_name(COLLEGE).one(database.reader()).await?;
            made.ok_or_else(|| Problem::internal("the demo college was not made"))?
        }
    };
    workforce::prepare_demo(database, &college, now).await?;
    let college_id = college.id;
    let teacher = user::in_college(college_id).filter(user::Column::Email.eq("teacher@demo.example"));
    let teacher = teacher.one(database.reader()).await?.ok_or_else(|| Problem::internal("the demo has no teacher"))?;
    let location = location::in_college(college_id).filter(location::Column::Name.eq("Lecture hall 1"));
    let location =
        location.one(database.reader()).await?.ok_or_else(|| Problem::internal("the demo has no location"))?;

    let active = session::in_college(college_id).filter(session::Column::State.eq(session::State::Active));
    let (current, past): (Vec<_>, Vec<_>) =
        active.all(database.reader()).await?.into_iter().partition(|session| session.planned_end > now);
    let running = current.iter().find(|session| session.teacher_id == teacher.id).map(|session| session.id);
    let division = division::in_college(college_id).filter(division::Column::Name.eq(DIVISION));
    let division =
        division.one(database.reader()).await?.ok_or_else(|| Problem::internal("the demo has no division"))?;
    let plan = session::Plan {
        location_id: location.id,
        division_id: division.id,
        teacher_id: teacher.id,
        subject: "Introduction to attendance".to_owned(),
        start: now,
        end: now + SESSION_LENGTH,
        time_zone: college.time_zone,
        late_grace_seconds: college.late_grace_seconds,
    };
    let fresh = session::Model {
        state: session::State::Active,
        started_at: Some(now),
        ..session::Model::planned(college_id, plan, now)
    };
    let session_id = running.unwrap_or(fresh.id);
    database
        .write(move |tx| {
            Box::pin(async move {
                for session in past.iter().chain(current.iter().filter(|session| session.id != session_id)) {
                    sessions::end_by_server(tx, session, now).await?;
                }
                if running.is_none() {
                    session::insert([fresh.into()]).exec_without_returning(tx).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(Demo { location_id: location.id, session_id })
}

/// Whether anybody can sign in to an account of the demo: its password stands in the documentation.
pub async fn is_open(database: &Database) -> Result<bool, Problem> {
    let students = (1..=STUDENTS).map(student_email);
    let staff = STAFF.map(|(name, ..)| staff_email(name));
    let accounts = user::by_emails(staff.into_iter().chain(students)).filter(user::Column::IsActive.eq(true));
    let accounts = accounts.all(database.reader()).await?;
    // The demo hashes its password once for all of them.
    let hashes: std::collections::BTreeSet<_> = accounts.into_iter().map(|account| account.password_hash).collect();
    let passwords = identity::Passwords::new();
    for hash in hashes {
        if passwords.verify(PASSWORD.to_owned(), Some(hash)).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn staff_email(name: &str) -> String {
    format!("{name}@demo.example")
}

fn student_email(number: usize) -> String {
    format!("student{number:02}@demo.example")
}

fn world(password_hash: String) -> World {
    let college_id = Uuid::now_v7();
    let (division_id, location_id) = (Uuid::now_v7(), Uuid::now_v7());
    let person = |email: String, username: String, role| User {
        id: Uuid::now_v7(),
        college_id,
        email,
        username,
        role,
        division_id: None,
        is_active: None,
        password_hash: None,
    };
    let staff = STAFF.map(|(name, shown, role)| person(staff_email(name), shown.to_owned(), role));
    let (teacher_id, second_teacher_id) = (staff[1].id, staff[2].id);
    let students: Vec<User> = (1..=STUDENTS)
        .map(|number| {
            let email = student_email(number);
            person(email, format!("Student {number:02}"), Role::Student)
        })
        .collect();
    let enrolments = students
        .iter()
        .map(|student| Enrolment { college_id, division_id, student_id: student.id, from_date: None, to_date: None })
        .collect();
    let timetables = timetables(college_id, division_id, location_id, [teacher_id, second_teacher_id]);
    World {
        password_hash: Some(password_hash),
        colleges: vec![College {
            id: college_id,
            short_name: COLLEGE.to_owned(),
            name: "Demo College".to_owned(),
            time_zone: None,
            late_grace_seconds: None,
            plan_horizon_days: None,
        }],
        divisions: vec![Division {
            id: division_id,
            college_id,
            name: DIVISION.to_owned(),
            description: String::new(),
        }],
        users: staff.into_iter().chain(students).collect(),
        locations: vec![Location {
            id: location_id,
            college_id,
            name: "Lecture hall 1".to_owned(),
            latitude: LATITUDE,
            longitude: LONGITUDE,
            radius_meters: None,
            polygon: None,
            building: "Main building".to_owned(),
            classroom_number: "101".to_owned(),
        }],
        access_points: access_points(college_id, location_id),
        timetables,
        enrolments,
        sessions: Vec::new(),
    }
}

/// Two slots a day, at the week-end too: whoever tries the demo sees something on any day.
fn timetables(college_id: Uuid, division_id: Uuid, location_id: Uuid, [first, second]: [Uuid; 2]) -> Vec<Timetable> {
    let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    let slots = [
        (first, "Introduction to attendance", at(9, 0), at(10, 0)),
        (second, "Practice of attendance", at(10, 15), at(11, 45)),
    ];
    let of_a_day = |day_of_week| {
        slots.map(|(teacher_id, subject, start_time, end_time)| Timetable {
            id: Uuid::now_v7(),
            college_id,
            division_id,
            location_id,
            teacher_id,
            subject: subject.to_owned(),
            day_of_week,
            start_time,
            end_time,
            valid_from: None,
            valid_to: None,
        })
    };
    (1..=7).flat_map(of_a_day).collect()
}

/// Two in the room, by addresses that no maker gives out.
fn access_points(college_id: Uuid, location_id: Uuid) -> Vec<AccessPoint> {
    let rows = [
        ("06:00:00:00:01:01", "Demo College", -70, Signal::Wifi),
        ("06:00:00:00:01:02", "Lectern", -80, Signal::Bluetooth),
    ]
    .map(|(bssid, ssid, min_rssi_dbm, kind)| AccessPoint {
        id: Uuid::now_v7(),
        college_id,
        location_id,
        bssid: bssid.to_owned(),
        ssid: ssid.to_owned(),
        min_rssi_dbm: Some(min_rssi_dbm),
        kind,
    });
    rows.into()
}
