//! A college with everything that a check-in needs, to be changed by a test before it is seeded.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use rollcall_proto::v1;
use uuid::Uuid;

use crate::{
    clock::machine_time,
    password,
    record::timestamp,
    seed::{
        Role, Seed, SeedAccessPoint, SeedCollege, SeedDivision, SeedEnrolment, SeedLocation, SeedSession, SeedUser,
        Signal, State,
    },
};

/// How long after the beginning a seeded session takes a student for present.
pub const LATE_GRACE_SECONDS: i32 = 600;

/// A college: one division with its students, a second, empty one, two teachers, an administrator, a location, and one
/// session that runs.
#[derive(Clone, Debug)]
pub struct College {
    pub college: SeedCollege,
    pub division: SeedDivision,
    pub other_division: SeedDivision,
    pub admin: SeedUser,
    /// Holds the session.
    pub teacher: SeedUser,
    /// Holds nothing.
    pub other_teacher: SeedUser,
    /// Enrolled in the division.
    pub students: Vec<SeedUser>,
    /// Of the college, and enrolled nowhere.
    pub stranger: SeedUser,
    pub location: SeedLocation,
    /// ACTIVE for a minute, for an hour.
    pub session: SeedSession,
    /// What a test adds.
    pub more: Seed,
}

impl College {
    /// A college of this name with so many students.
    pub fn new(short_name: &str, students: usize) -> Self {
        let college = SeedCollege {
            id: Uuid::now_v7(),
            short_name: short_name.to_owned(),
            name: format!("College of {short_name}"),
            time_zone: "Asia/Kolkata".to_owned(),
            late_grace_seconds: LATE_GRACE_SECONDS,
            // What a test sees are its own sessions, unless it asks for those of its timetable.
            plan_horizon_days: 0,
        };
        let division = |name: &str| SeedDivision {
            id: Uuid::now_v7(),
            college_id: college.id,
            name: name.to_owned(),
            description: format!("Division {name}"),
        };
        let (first, second) = (division("A"), division("B"));
        let person = |name: &str, role| person(&college, name, role, None);
        let (admin, teacher) = (person("admin", Role::Admin), person("teacher", Role::Teacher));
        let location = SeedLocation {
            id: Uuid::now_v7(),
            college_id: college.id,
            name: "Room 101".to_owned(),
            latitude: 12.9716,
            longitude: 77.5946,
            radius_meters: 50.0,
            polygon: None,
            building: "Main".to_owned(),
            classroom_number: "101".to_owned(),
        };
        let session = session(&college, &location, &first, &teacher, State::Active);
        Self {
            admin,
            teacher,
            other_teacher: person("teacher2", Role::Teacher),
            students: (0..students).map(|number| student(&college, &first, number)).collect(),
            stranger: person("stranger", Role::Student),
            location,
            session,
            division: first,
            other_division: second,
            college,
            more: Seed::default(),
        }
    }

    /// One more session of the division, by its teacher.
    pub fn another_session(&mut self, state: State) -> SeedSession {
        let made = session(&self.college, &self.location, &self.division, &self.teacher, state);
        self.more.sessions.push(made.clone());
        made
    }

    /// One more location, so far to the north of the first one.
    pub fn another_location(&mut self, name: &str, meters_north: f64) -> SeedLocation {
        let mut made = self.location.clone();
        made.id = Uuid::now_v7();
        made.name = name.to_owned();
        made.latitude += meters_north / METERS_A_DEGREE;
        self.more.locations.push(made.clone());
        made
    }

    /// An access point at a location.
    pub fn another_access_point(&mut self, location: &SeedLocation, bssid: &str, kind: Signal) -> SeedAccessPoint {
        let made = SeedAccessPoint {
            id: Uuid::now_v7(),
            college_id: self.college.id,
            location_id: location.id,
            bssid: bssid.to_owned(),
            ssid: "Campus".to_owned(),
            min_rssi_dbm: -75,
            kind,
        };
        self.more.access_points.push(made.clone());
        made
    }

    /// One more person.
    pub fn another_person(&mut self, name: &str, role: Role) -> SeedUser {
        let made = person(&self.college, name, role, None);
        self.more.users.push(made.clone());
        made
    }

    /// Enrols a student in a division, from now on.
    pub fn enrol(&mut self, student: &SeedUser, division: &SeedDivision) {
        self.more.enrolments.push(enrolment(student, division));
    }

    /// The file for `rollcall admin seed`.
    pub fn seed(&self) -> Seed {
        let mut users =
            vec![self.admin.clone(), self.teacher.clone(), self.other_teacher.clone(), self.stranger.clone()];
        users.extend(self.students.iter().cloned());
        let mut seed = Seed {
            password_hash: password::hash(password::PASSWORD),
            colleges: vec![self.college.clone()],
            divisions: vec![self.division.clone(), self.other_division.clone()],
            users,
            locations: vec![self.location.clone()],
            access_points: Vec::new(),
            timetables: Vec::new(),
            enrolments: self.students.iter().map(|student| enrolment(student, &self.division)).collect(),
            sessions: vec![self.session.clone()],
        };
        seed.append(self.more.clone());
        seed
    }

    /// The point so far to the north of the location's centre, taken as exact.
    pub fn north(&self, meters: f64) -> v1::Position {
        v1::Position {
            latitude: Some(self.location.latitude + meters / METERS_A_DEGREE),
            longitude: Some(self.location.longitude),
            accuracy_meters: None,
            mocked: false,
        }
    }
}

/// A degree of latitude where the colleges are (12.97° N), in metres along the WGS 84 ellipsoid.
pub const METERS_A_DEGREE: f64 = 110_627.8;

/// A session of an hour that was to begin a minute ago.
pub fn session(
    college: &SeedCollege,
    location: &SeedLocation,
    division: &SeedDivision,
    teacher: &SeedUser,
    state: State,
) -> SeedSession {
    let begun = now_in_seconds() - TimeDelta::seconds(60);
    SeedSession {
        id: Uuid::now_v7(),
        college_id: college.id,
        location_id: location.id,
        division_id: division.id,
        teacher_id: teacher.id,
        subject: "Rust".to_owned(),
        planned_start: begun,
        planned_end: begun + TimeDelta::hours(1),
        state,
        started_at: matches!(state, State::Active | State::Completed).then_some(begun),
        ended_at: matches!(state, State::Completed | State::Cancelled).then_some(begun + TimeDelta::seconds(30)),
        late_grace_seconds: Some(LATE_GRACE_SECONDS),
        timetable_id: None,
    }
}

/// What the API says of a session that is as it was seeded.
pub fn session_message(session: &SeedSession) -> v1::Session {
    v1::Session {
        id: session.id.to_string(),
        state: match session.state {
            State::Scheduled => v1::session::State::Scheduled,
            State::Active => v1::session::State::Active,
            State::Completed => v1::session::State::Completed,
            State::Cancelled => v1::session::State::Cancelled,
        } as i32,
        location_id: session.location_id.to_string(),
        division_id: session.division_id.to_string(),
        teacher_id: session.teacher_id.to_string(),
        subject: session.subject.clone(),
        planned_start: Some(timestamp(session.planned_start)),
        planned_end: Some(timestamp(session.planned_end)),
        started_at: session.started_at.map(timestamp),
        ended_at: session.ended_at.map(timestamp),
        timetable_id: session.timetable_id.map(|id| id.to_string()).unwrap_or_default(),
        late_grace_seconds: session.late_grace_seconds.unwrap_or(LATE_GRACE_SECONDS),
        cancel_reason: String::new(),
        origin: match session.timetable_id {
            Some(_) => v1::session::Origin::Timetable,
            None => v1::session::Origin::Hand,
        } as i32,
        ..v1::Session::default()
    }
}

/// What the API says of a location.
pub fn location_message(location: &SeedLocation) -> v1::Location {
    v1::Location {
        id: location.id.to_string(),
        name: location.name.clone(),
        latitude: location.latitude,
        longitude: location.longitude,
        radius_meters: location.radius_meters,
        building: location.building.clone(),
        classroom_number: location.classroom_number.clone(),
        capacity: 0,
        polygon: ring_messages(location.polygon.as_deref().unwrap_or_default()),
    }
}

/// Rings in degrees, longitude and latitude, as the API has them.
pub fn ring_messages(rings: &[Vec<[f64; 2]>]) -> Vec<v1::Ring> {
    let vertex =
        |&[longitude, latitude]: &[f64; 2]| v1::Vertex { latitude: Some(latitude), longitude: Some(longitude) };
    rings.iter().map(|ring| v1::Ring { vertices: ring.iter().map(vertex).collect() }).collect()
}

/// What the API says of an access point whose address was seeded in its one spelling.
pub fn access_point_message(seeded: &SeedAccessPoint) -> v1::AccessPoint {
    v1::AccessPoint {
        id: seeded.id.to_string(),
        location_id: seeded.location_id.to_string(),
        bssid: seeded.bssid.clone(),
        ssid: seeded.ssid.clone(),
        min_rssi_dbm: seeded.min_rssi_dbm,
        r#type: match seeded.kind {
            Signal::Wifi => v1::access_point::Type::Wifi,
            Signal::Bluetooth => v1::access_point::Type::Bluetooth,
        } as i32,
    }
}

/// What the API says of a person who was seeded, and made when it says so.
pub fn user_message(user: &SeedUser, told: Option<&v1::User>) -> v1::User {
    v1::User {
        id: user.id.to_string(),
        email: user.email.clone(),
        username: user.username.clone(),
        role: match user.role {
            Role::Student => v1::user::Role::Student,
            Role::Teacher => v1::user::Role::Teacher,
            Role::Admin => v1::user::Role::Admin,
        } as i32,
        division_id: user.division_id.map(|id| id.to_string()).unwrap_or_default(),
        college_id: user.college_id.to_string(),
        is_active: Some(user.is_active),
        created_at: told.and_then(|told| told.created_at),
    }
}

/// Now, without fractions of a second, so that a time comes back as it was sent.
pub fn now_in_seconds() -> DateTime<Utc> {
    machine_time().duration_trunc(TimeDelta::seconds(1)).expect("a time in range")
}

fn person(college: &SeedCollege, name: &str, role: Role, division: Option<&SeedDivision>) -> SeedUser {
    SeedUser {
        id: Uuid::now_v7(),
        college_id: college.id,
        email: format!("{name}@{}.example", college.short_name),
        username: name.to_owned(),
        role,
        division_id: division.map(|division| division.id),
        is_active: true,
        password_hash: None,
    }
}

fn student(college: &SeedCollege, division: &SeedDivision, number: usize) -> SeedUser {
    person(college, &format!("student{number:03}"), Role::Student, Some(division))
}

fn enrolment(student: &SeedUser, division: &SeedDivision) -> SeedEnrolment {
    SeedEnrolment {
        college_id: student.college_id,
        division_id: division.id,
        student_id: student.id,
        from_date: None,
        to_date: None,
    }
}
