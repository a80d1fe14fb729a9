//! The school of a run: who there is, who teaches whom when, and who belongs where on which days. Everything by the dice.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate};
use rand::{RngExt as _, rngs::StdRng};
use rollcall_tests::seed::{
    Role, Seed, SeedCollege, SeedDivision, SeedEnrolment, SeedLocation, SeedTimetable, SeedUser,
};
use uuid::Uuid;

use super::berlin;
use crate::{
    args::Semester,
    world::{LATITUDE, LONGITUDE},
};

/// A Monday. The clocks are put back on the Sunday of the second week.
const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 10, 12).expect("a day");
/// When slots begin; each lasts an hour and a half.
const HOURS: [u32; 5] = [8, 10, 12, 14, 16];
const SUBJECTS: [&str; 7] = ["Algebra", "Botany", "Chemistry", "Drawing", "English", "French", "Geography"];
/// For how many days the server plans ahead.
pub const HORIZON_DAYS: i32 = 10;
pub const GRACE_SECONDS: i32 = 600;

pub struct School {
    pub admin: SeedUser,
    pub teachers: Vec<SeedUser>,
    /// Each teacher's own.
    pub rooms: Vec<Uuid>,
    pub divisions: Vec<Uuid>,
    pub students: Vec<SeedUser>,
    /// How likely each of them comes, in percent.
    pub diligence: Vec<u32>,
    pub slots: Vec<Slot>,
    pub enrolments: Vec<Enrolment>,
    pub first: NaiveDate,
    pub last: NaiveDate,
}

/// One of the timetable.
pub struct Slot {
    pub id: Uuid,
    pub division: usize,
    pub teacher: usize,
    pub subject: &'static str,
    /// 1 is Monday.
    pub weekday: u8,
    pub hour: u32,
}

pub struct Enrolment {
    pub division: usize,
    pub student: usize,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

impl School {
    pub fn plan(options: &Semester, dice: &mut StdRng) -> (Self, Seed) {
        let college_id = Uuid::now_v7();
        let divisions = options.divisions as usize;
        let teachers = (divisions / 5).max(4);
        let person = |name: String, role| SeedUser {
            id: Uuid::now_v7(),
            college_id,
            email: format!("{name}@semester.example"),
            username: name,
            role,
            division_id: None,
            is_active: true,
            password_hash: None,
        };
        let students: Vec<_> = (0..divisions * options.students as usize)
            .map(|number| person(format!("student{number:05}"), Role::Student))
            .collect();
        let mut school = Self {
            admin: person("admin".to_owned(), Role::Admin),
            teachers: (0..teachers).map(|number| person(format!("teacher{number:03}"), Role::Teacher)).collect(),
            rooms: (0..teachers).map(|_| Uuid::now_v7()).collect(),
            divisions: (0..divisions).map(|_| Uuid::now_v7()).collect(),
            diligence: students.iter().map(|_| dice.random_range(50..98)).collect(),
            students,
            slots: Vec::new(),
            enrolments: Vec::new(),
            first: FIRST_DAY,
            last: FIRST_DAY + Days::new(7 * u64::from(options.weeks) - 1),
        };
        school.fill_timetable(dice);
        school.enrol(options.students as usize, dice);
        let seed = school.seed(college_id);
        (school, seed)
    }

    /// Two or three slots a week for each division, with a teacher who is free.
    fn fill_timetable(&mut self, dice: &mut StdRng) {
        let mut taken = BTreeSet::new();
        for division in 0..self.divisions.len() {
            let (mut hours, wanted) = (BTreeSet::new(), dice.random_range(2..=3));
            while hours.len() < wanted {
                // Some come on Sundays, on one of which the clocks are changed.
                let weekday = if dice.random_range(0..12) == 0 { 7 } else { dice.random_range(1..=5) };
                let hour = HOURS[dice.random_range(0..HOURS.len())];
                let teacher = dice.random_range(0..self.teachers.len());
                if taken.contains(&(teacher, weekday, hour)) || !hours.insert((weekday, hour)) {
                    continue;
                }
                taken.insert((teacher, weekday, hour));
                let subject = SUBJECTS[dice.random_range(0..SUBJECTS.len())];
                self.slots.push(Slot { id: Uuid::now_v7(), division, teacher, subject, weekday, hour });
            }
        }
    }

    /// Most belong to one division all the time, some to two, some leave and some come later.
    fn enrol(&mut self, students: usize, dice: &mut StdRng) {
        let days = u64::try_from((self.last - self.first).num_days()).unwrap_or(0);
        let (first, divisions) = (self.first, self.divisions.len());
        for student in 0..self.students.len() {
            let mut enrol = |division, kind| {
                let day = first + Days::new(dice.random_range(1..days));
                let (from, to) = match kind {
                    0 => (None, Some(day)),
                    1 => (Some(day), None),
                    _ => (None, None),
                };
                self.enrolments.push(Enrolment { division, student, from, to });
                (dice.random_range(0..20), dice.random_range(0..10))
            };
            let division = student / students;
            let (kind, second) = enrol(division, student % 20);
            if second == 0 && divisions > 1 {
                enrol((division + 1) % divisions, kind);
            }
        }
    }

    /// Who belongs to a division on a day.
    pub fn enrolled(&self, division: usize, day: NaiveDate) -> BTreeSet<usize> {
        let holds = |enrolment: &&Enrolment| {
            enrolment.division == division
                && enrolment.from.is_none_or(|from| from <= day)
                && enrolment.to.is_none_or(|to| day <= to)
        };
        self.enrolments.iter().filter(holds).map(|enrolment| enrolment.student).collect()
    }

    /// The slots that take place on a day that is not off.
    pub fn slots_on(&self, day: NaiveDate) -> impl Iterator<Item = (usize, &Slot)> {
        let is_within = self.first <= day && day <= self.last;
        let weekday = day.weekday().number_from_monday();
        self.slots.iter().enumerate().filter(move |(_, slot)| is_within && u32::from(slot.weekday) == weekday)
    }

    fn seed(&self, college_id: Uuid) -> Seed {
        let college = SeedCollege {
            id: college_id,
            short_name: "semester".to_owned(),
            name: "A semester".to_owned(),
            time_zone: berlin::ZONE.to_owned(),
            late_grace_seconds: GRACE_SECONDS,
            plan_horizon_days: HORIZON_DAYS,
        };
        let location = |(number, id): (usize, &Uuid)| SeedLocation {
            id: *id,
            college_id,
            name: format!("Room {number}"),
            latitude: LATITUDE,
            longitude: LONGITUDE,
            radius_meters: 50.0,
            polygon: None,
            building: String::new(),
            classroom_number: number.to_string(),
        };
        let division = |(number, id): (usize, &Uuid)| SeedDivision {
            id: *id,
            college_id,
            name: format!("Division {number}"),
            description: String::new(),
        };
        let timetable = |slot: &Slot| SeedTimetable {
            id: slot.id,
            college_id,
            division_id: self.divisions[slot.division],
            location_id: self.rooms[slot.teacher],
            teacher_id: self.teachers[slot.teacher].id,
            subject: slot.subject.to_owned(),
            day_of_week: slot.weekday,
            start_time: format!("{:02}:00", slot.hour),
            end_time: format!("{:02}:30", slot.hour + 1),
            valid_from: Some(self.first),
            valid_to: Some(self.last),
        };
        let enrolment = |enrolment: &Enrolment| SeedEnrolment {
            college_id,
            division_id: self.divisions[enrolment.division],
            student_id: self.students[enrolment.student].id,
            from_date: enrolment.from,
            to_date: enrolment.to,
        };
        Seed {
            // Nobody has a password, so nobody is sent mail.
            password_hash: String::new(),
            colleges: vec![college],
            divisions: self.divisions.iter().enumerate().map(division).collect(),
            users: std::iter::once(&self.admin).chain(&self.teachers).chain(&self.students).cloned().collect(),
            locations: self.rooms.iter().enumerate().map(location).collect(),
            timetables: self.slots.iter().map(timetable).collect(),
            enrolments: self.enrolments.iter().map(enrolment).collect(),
            ..Default::default()
        }
    }
}
