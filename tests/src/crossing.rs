//! Two colleges that are alike in everything but their ids, under load: whether anything of the one is told to the other.

mod ledger;
mod load;

pub use ledger::Ledger;
pub use load::{Figures, run};

use uuid::Uuid;

use crate::{
    college::College,
    seed::{SeedTimetable, Signal, State},
};

/// Sessions of a college that run at once, so that a student has more than one to check in to.
const SESSIONS: usize = 20;

/// Two colleges with the same people, addresses, places, divisions, slots and sessions, under two short names.
pub fn twins(students: usize) -> [College; 2] {
    ["eastcampus", "westcampus"].map(|name| twin(name, students))
}

fn twin(short_name: &str, students: usize) -> College {
    let mut college = College::new(short_name, students);
    college.college.name = "College".to_owned();
    let people = [&mut college.admin, &mut college.teacher, &mut college.other_teacher, &mut college.stranger];
    for person in people.into_iter().chain(&mut college.students) {
        person.email = format!("{}@twin.example", person.username);
    }
    for _ in 0..SESSIONS {
        college.another_session(State::Active);
    }
    let location = college.location.clone();
    college.another_access_point(&location, "06:00:00:00:00:01", Signal::Wifi);
    let slots = (1..=7).map(|day_of_week| SeedTimetable {
        id: Uuid::now_v7(),
        college_id: college.college.id,
        division_id: college.division.id,
        location_id: college.location.id,
        teacher_id: college.teacher.id,
        subject: "Rust".to_owned(),
        day_of_week,
        start_time: "06:00".to_owned(),
        end_time: "06:45".to_owned(),
        valid_from: None,
        valid_to: None,
    });
    college.more.timetables.extend(slots.collect::<Vec<_>>());
    college
}
