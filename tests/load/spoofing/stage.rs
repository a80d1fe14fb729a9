//! The college that it happens in, and what came of each check-in.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use rand::rngs::StdRng;
use rollcall_proto::v1::{
    AttendanceRecord, CheckInRequest, EndSessionRequest, GetCurrentCodeRequest, Position, attendance_record::Flag,
};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal,
    class::request,
    college::College,
    device::Phone,
    seed::{SeedLocation, SeedSession, Signal, State},
    until::until_within,
    world::Plan,
};
use uuid::Uuid;

use super::{DAYS, HONEST, Label, SPOOFERS, Spoof};

pub const LECTERN: &str = "00:16:3e:00:01:00";
/// The next room, and the college's house in another town.
const NEXT_METERS: f64 = 200.0;
const TOWN_METERS: f64 = 60_000.0;
/// A code is good for longer.
const CODE_AGE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(300);

/// Where and when one can check in.
pub type Lesson = (SeedLocation, SeedSession);

/// The lessons of a day: in the room, and 50 minutes later there again, in the next room and in the other town.
#[derive(Clone)]
pub struct Timetable {
    pub room: Lesson,
    pub again: Lesson,
    pub next: Lesson,
    pub town: Lesson,
}

pub struct Stage {
    pub class: Class,
    pub dice: StdRng,
    pub days: Vec<Timetable>,
    /// Those of the friends, each with the name of its key.
    pub phones: Vec<(Phone, String)>,
    /// What was sent on the first day, by those who send it again.
    pub first: Vec<Position>,
    codes: HashMap<Uuid, (Instant, String)>,
    /// By session and student, and whether it was refused at once.
    told: Vec<(Label, Uuid, usize, bool)>,
}

/// Who has which number: first the honest, then the spoofers by what they make up, then their friends.
pub fn spoofer(spoof: usize, number: usize) -> usize {
    HONEST + spoof * SPOOFERS + number
}

pub fn friend(number: usize) -> usize {
    spoofer(Spoof::ALL.len(), number)
}

impl Stage {
    pub async fn set(kind: Kind, dice: StdRng) -> Self {
        let mut college = College::new("riverside", friend(SPOOFERS));
        let room = college.location.clone();
        college.another_access_point(&room, LECTERN, Signal::Wifi);
        let (next, town) =
            (college.another_location("Next", NEXT_METERS), college.another_location("Town", TOWN_METERS));
        let mut lesson = |location: &SeedLocation| {
            college.another_session(State::Active);
            let session = college.more.sessions.last_mut().expect("the session");
            session.location_id = location.id;
            // All of them run until the end, and each is used on its day.
            session.planned_end += TimeDelta::days(i64::from(DAYS) + 1);
            (location.clone(), session.clone())
        };
        let days = (0..DAYS).map(|_| Timetable {
            room: lesson(&room),
            again: lesson(&room),
            next: lesson(&next),
            town: lesson(&town),
        });
        let days = days.collect();
        let class = Class::of(Plan::new(kind).set("LOG_LEVEL", "WARN"), college).await;
        let mut phones = Vec::new();
        for number in 0..SPOOFERS {
            let phone = Phone::new(&format!("phone-{}", friend(number)));
            let key = phone.enrol(&class.student(friend(number))).await;
            phones.push((phone, key.id));
        }
        Self { class, dice, days, phones, first: Vec::new(), codes: HashMap::new(), told: Vec::new() }
    }

    /// The clock goes on.
    pub async fn wait(&mut self, seconds: i64) {
        self.class.world.advance(seconds).await;
        self.codes.clear();
    }

    /// A check-in with the code that is shown, and no position.
    pub async fn request(&mut self, (location, session): &Lesson) -> CheckInRequest {
        let fresh = self.codes.get(&session.id).filter(|(at, _)| at.elapsed() < CODE_AGE).cloned();
        let code = match fresh {
            Some((_, code)) => code,
            None => {
                let shown = GetCurrentCodeRequest {
                    location_id: location.id.to_string(),
                    session_id: Some(session.id.to_string()),
                };
                let code = self.class.teacher().codes().get_current_code(shown).await.answer().code;
                self.codes.insert(session.id, (Instant::now(), code.clone()));
                code
            }
        };
        CheckInRequest { position: None, ..request(session.id, &code, Position::default()) }
    }

    /// Sends a check-in, and keeps what came of it where it has a label.
    pub async fn send(&mut self, label: Option<Label>, student: usize, (_, session): &Lesson, request: CheckInRequest) {
        let answer = self.class.student(student).check_ins().check_in(request).await;
        match (label, answer) {
            (None, answer) => {
                answer.answer();
            }
            (Some(label), Ok(_)) => self.told.push((label, session.id, student, false)),
            (Some(label), Err(status)) => {
                if !matches!(label, Label::Spoofed(_)) {
                    println!("{label:?}: {}", Refusal::from(&status).reason);
                }
                self.told.push((label, session.id, student, true));
            }
        }
    }

    /// Ends every session, waits until all that is looked for then was, and tells of each check-in whether it was refused or flagged.
    pub async fn tell(self) -> Vec<(Label, bool)> {
        let mut flags: HashMap<(Uuid, String), Vec<i32>> = HashMap::new();
        let sessions: Vec<Uuid> = self
            .days
            .iter()
            .flat_map(|day| [&day.room, &day.again, &day.next, &day.town])
            .map(|(_, session)| session.id)
            .collect();
        for session in &sessions {
            let end = EndSessionRequest { id: session.to_string() };
            self.class.teacher().sessions().end_session(end).await.answer();
        }
        let rows = self.class.world.rows().await;
        let waiting = "SELECT COUNT(*) AS n FROM jobs WHERE kind = 'checkin.look_back'";
        until_within("every session was looked back at", PATIENCE, async || {
            (rows.number(waiting).await == 0).then_some(())
        })
        .await;
        for session in sessions {
            for AttendanceRecord { student_id, flags: found, .. } in self.class.records_of(session).await {
                flags.insert((session, student_id), found);
            }
        }
        let is_flagged = |label: Label, session: Uuid, student: usize| {
            let found = &flags[&(session, self.class.college.students[student].id.to_string())];
            let mut telling = found.iter().filter(|flag| **flag != Flag::Uncertain as i32);
            let first = telling.next();
            if let (Some(flag), false) = (first, matches!(label, Label::Spoofed(_))) {
                println!("{label:?}: {:?}", Flag::try_from(*flag));
            }
            first.is_some()
        };
        let told = self.told.iter();
        told.map(|(label, session, student, is_refused)| {
            (*label, *is_refused || is_flagged(*label, *session, *student))
        })
        .collect()
    }
}
