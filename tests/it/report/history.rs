//! A college with months of sessions behind it, made by marks and corrections of its teachers.

use chrono::{NaiveTime, TimeDelta};
use http::Method;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use rollcall_proto::v1::{
    ListRecordsRequest, Mark, MarkRecordsRequest, UpdateRecordRequest, attendance_record::Status,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    actor::Actor,
    college::College,
    seed::{SeedSession, SeedUser, State},
    world::Plan,
};
use serde_json::json;

use crate::division::today;

const SESSIONS: usize = 30;
const SUBJECTS: [&str; 3] = ["Algebra", "Botany", "Drawing"];
/// What is set by hand; PENDING comes with excuses.
const BY_HAND: [Status; 4] = [Status::Present, Status::Late, Status::Absent, Status::Excused];

/// A college and what it did.
pub struct History {
    pub class: Class,
    pub sessions: Vec<SeedSession>,
    pub dice: StdRng,
}

impl History {
    /// Another one for each number.
    pub async fn open(kind: Kind, number: u64) -> Self {
        eprintln!("history {number}");
        let mut dice = StdRng::seed_from_u64(number);
        let mut college = College::new("riverside", 7);
        // One belongs to both divisions, two only to the second one.
        let second = college.other_division.clone();
        for number in 4..7 {
            let student = college.students[number].clone();
            college.enrol(&student, &second);
        }
        let sessions: Vec<SeedSession> = (0..SESSIONS).map(|_| session(&mut college, &mut dice)).collect();
        let class = Class::of(Plan::new(kind), college).await;
        set(&class.admin(), &json!({"record_lock_days": 3650})).await;
        let mut history = Self { class, sessions, dice };
        for number in 0..SESSIONS {
            history.mark(number).await;
        }
        history
    }

    pub fn teacher_of(&self, session: &SeedSession) -> Actor {
        let college = &self.class.college;
        let teacher = if session.teacher_id == college.teacher.id { &college.teacher } else { &college.other_teacher };
        self.class.world.actor(teacher)
    }

    /// Marks a session: some of its students, as it comes.
    async fn mark(&mut self, number: usize) {
        let session = self.sessions[number].clone();
        let students = self.students_of(&session);
        let mut marks = Vec::new();
        for student in students {
            // One in five has no record.
            if self.dice.random_range(0..5) > 0 {
                let status = BY_HAND[self.dice.random_range(0..BY_HAND.len())];
                marks.push(Mark { student_id: student.id.to_string(), status: status as i32 });
            }
        }
        if !marks.is_empty() {
            let request =
                MarkRecordsRequest { session_id: session.id.to_string(), marks, reason: "The list.".to_owned() };
            self.teacher_of(&session).records().mark_records(request).await.answer();
        }
    }

    fn students_of(&self, session: &SeedSession) -> Vec<SeedUser> {
        let college = &self.class.college;
        let is_first = session.division_id == college.division.id;
        let students = &college.students;
        if is_first { students.clone() } else { students[4..].to_vec() }
    }

    /// Corrects some records.
    pub async fn correct(&mut self, corrections: usize) {
        let admin = self.class.admin();
        let request = ListRecordsRequest { page_size: 500, ..Default::default() };
        let records = admin.records().list_records(request).await.answer().records;
        for _ in 0..corrections {
            let record = &records[self.dice.random_range(0..records.len())];
            let status = BY_HAND[self.dice.random_range(0..BY_HAND.len())];
            let request = UpdateRecordRequest {
                id: record.id.clone(),
                status: status as i32,
                reason: "Seen on the second look.".to_owned(),
            };
            admin.records().update_record(request).await.answer();
        }
    }
}

/// Changes settings of the college.
pub async fn set(admin: &Actor, settings: &serde_json::Value) {
    let rest = admin.rest();
    rest.send(rest.request(Method::PATCH, "/api/v1/college").json(settings)).await.answer();
}

/// One more that is over, on some day of the last four months, also at hours that are another day in UTC.
fn session(college: &mut College, dice: &mut StdRng) -> SeedSession {
    college.another_session(State::Completed);
    let (teachers, divisions) =
        ([college.teacher.id, college.other_teacher.id], [college.division.id, college.other_division.id]);
    let day = today() - TimeDelta::days(dice.random_range(1..120));
    let local = day.and_time(NaiveTime::from_hms_opt(dice.random_range(0..23), 15, 0).expect("a time"));
    // India is ahead of UTC by five hours and a half, all year.
    let planned_start = (local - TimeDelta::minutes(330)).and_utc();
    let session = college.more.sessions.last_mut().expect("the session");
    session.teacher_id = teachers[dice.random_range(0..2)];
    session.division_id = divisions[dice.random_range(0..2)];
    session.subject = SUBJECTS[dice.random_range(0..SUBJECTS.len())].to_owned();
    session.planned_start = planned_start;
    session.planned_end = planned_start + TimeDelta::minutes(45);
    session.started_at = Some(planned_start);
    session.ended_at = Some(planned_start + TimeDelta::minutes(45));
    session.clone()
}
