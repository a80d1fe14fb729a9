//! Who is to come to what a division does on a day: its students who are active. A person who was deactivated is neither
//! waited for nor marked absent; their enrolment stays and counts again when they are active again.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait as _, ConnectionTrait, QueryFilter as _, QuerySelect as _, QueryTrait as _};
use uuid::Uuid;

use super::{enrolment::Span, zone::day_in};
use crate::{
    entity::{
        enrolment::{self, Column},
        user::{self, Role},
    },
    problem::Problem,
    store::{CacheKey, Store},
};

/// The students of a division, whenever they belong to it.
pub struct Roster(HashMap<Uuid, Vec<Span>>);

impl Roster {
    fn has(&self, student_id: Uuid, day: NaiveDate) -> bool {
        self.0.get(&student_id).is_some_and(|spans| spans.iter().any(|span| span.holds(day)))
    }

    fn students_on(&self, day: NaiveDate) -> impl Iterator<Item = Uuid> {
        self.0.iter().filter(move |(_, spans)| spans.iter().any(|span| span.holds(day))).map(|(id, _)| *id)
    }
}

/// A division's roster. The day is no part of the key, so that a change of the division outdates one copy.
struct OfDivision {
    college_id: Uuid,
    division_id: Uuid,
}

impl CacheKey for OfDivision {
    type Value = Roster;

    const KIND: &'static str = "roster";

    fn college_id(&self) -> Uuid {
        self.college_id
    }

    fn name(&self) -> String {
        self.division_id.to_string()
    }

    fn weight(roster: &Self::Value) -> u32 {
        1 + u32::try_from(roster.0.len() / 16).unwrap_or(u32::MAX - 1)
    }
}

/// Whether a student belongs to a division at an instant. A copy can only say yes: a no is looked up.
pub async fn is_enrolled(
    store: &Store,
    college_id: Uuid,
    division_id: Uuid,
    student_id: Uuid,
    time_zone: &str,
    at: DateTime<Utc>,
) -> Result<bool, Problem> {
    let (key, day) = (OfDivision { college_id, division_id }, day_in(time_zone, at));
    let reader = store.database.reader();
    if store.cache.get(&key, || load(reader, college_id, division_id, None)).await?.has(student_id, day) {
        return Ok(true);
    }
    let found = load(reader, college_id, division_id, Some(student_id)).await?.has(student_id, day);
    if found {
        store.cache.forget(&key).await;
    }
    Ok(found)
}

/// How many students of a division are to come on the day of an instant. From a copy, which may be half a minute old.
pub async fn count_students(
    store: &Store,
    college_id: Uuid,
    division_id: Uuid,
    time_zone: &str,
    at: DateTime<Utc>,
) -> Result<usize, Problem> {
    let (key, day) = (OfDivision { college_id, division_id }, day_in(time_zone, at));
    let roster = store.cache.get(&key, || load(store.database.reader(), college_id, division_id, None)).await?;
    Ok(roster.students_on(day).count())
}

/// The students of a division on a day, as the connection sees them, in the order of their ids.
pub async fn students_on(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    division_id: Uuid,
    day: NaiveDate,
) -> Result<Vec<Uuid>, Problem> {
    let roster = load(connection, college_id, division_id, None).await?;
    let mut students: Vec<_> = roster.students_on(day).collect();
    students.sort_unstable();
    Ok(students)
}

/// Drops every copy of a division's roster.
pub async fn outdate(store: &Store, college_id: Uuid, division_id: Uuid) {
    store.cache.outdate(&OfDivision { college_id, division_id }).await;
}

/// The roster, or what it says of one student.
async fn load(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    division_id: Uuid,
    student_id: Option<Uuid>,
) -> Result<Roster, Problem> {
    let active = user::in_college(college_id)
        .filter(user::Column::IsActive.eq(true))
        .filter(user::Column::Role.eq(Role::Student))
        .select_only()
        .column(user::Column::Id);
    let mut query = enrolment::in_college(college_id)
        .filter(Column::DivisionId.eq(division_id))
        .filter(Column::StudentId.in_subquery(active.into_query()));
    if let Some(student_id) = student_id {
        query = query.filter(Column::StudentId.eq(student_id));
    }
    let mut spans: HashMap<Uuid, Vec<Span>> = HashMap::new();
    for row in query.all(connection).await? {
        spans.entry(row.student_id).or_default().push(Span { from: row.from_date, to: row.to_date });
    }
    Ok(Roster(spans))
}
