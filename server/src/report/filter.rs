//! Which records are counted, as conditions of statements.

use chrono::NaiveDate;
use sea_orm::Value;
use uuid::Uuid;

use super::span::Part;
use crate::principal::{Principal, Reach};

/// Which records are wanted. Where something is named more than once, by the caller and by what they may see, all must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub students: Vec<Uuid>,
    pub divisions: Vec<Uuid>,
    pub teachers: Vec<Uuid>,
    pub subject: Option<String>,
}

impl Filter {
    /// Narrowed to what a caller may see.
    pub fn within(mut self, principal: &Principal) -> Self {
        match principal.reach() {
            Reach::College => {}
            Reach::Teacher(id) => self.teachers.push(id),
            Reach::Student(id) => self.students.push(id),
        }
        self
    }
}

/// Conditions and their values; the first of them is the college.
pub struct Conditions {
    text: String,
    pub values: Vec<Value>,
}

impl Conditions {
    /// None but the college, which whatever uses them names as `$1`.
    pub fn new(college_id: Uuid) -> Self {
        Self { text: String::new(), values: vec![college_id.into()] }
    }

    /// One more, such as `t.day >=` of a value.
    pub fn only(&mut self, condition: &str, value: impl Into<Value>) {
        let place = self.value(value);
        self.text.push_str(&format!(" AND {condition} {place}"));
    }

    /// One more that has its values.
    pub fn also(&mut self, condition: &str) {
        self.text.push_str(&format!(" AND {condition}"));
    }

    /// The place of a value.
    pub fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// What a filter says of sessions `t`.
    pub fn of_sessions(&mut self, filter: &Filter) {
        if let Some(from) = filter.from {
            self.only("t.day >=", from);
        }
        if let Some(to) = filter.to {
            self.only("t.day <=", to);
        }
        for division in &filter.divisions {
            self.only("t.division_id =", *division);
        }
        for teacher in &filter.teachers {
            self.only("t.teacher_id =", *teacher);
        }
        if let Some(subject) = &filter.subject {
            self.only("t.subject =", subject.clone());
        }
    }

    /// What a filter says of records `r`.
    pub fn of_records(&mut self, filter: &Filter) {
        for student in &filter.students {
            self.only("r.student_id =", *student);
        }
    }

    /// What a part of a span says of rows of a tally.
    pub fn of_part(&mut self, part: &Part) {
        if let Some(from) = part.from {
            self.only("begins >=", from);
        }
        if let Some(before) = part.before {
            self.only("begins <", before);
        }
    }

    /// What is said so far; then more can be said for another part of the statement.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}
