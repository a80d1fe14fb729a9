//! Where counts come from. A row of a tally is read for each session, or for each student and month, wherever that suffices; records
//! are read where a teacher, a subject or a student narrows them to few.

use sea_orm::{ConnectionTrait as _, QueryResult, Statement};
use uuid::Uuid;

use super::{
    filter::{Conditions, Filter},
    rules::{Counts, STATUSES},
    span::Part,
};
use crate::{
    problem::Problem,
    store::Database,
    tally::{self, Grain},
};

/// Counts by student, of the records of some sessions.
pub fn by_records(conditions: &mut Conditions, filter: &Filter) -> String {
    conditions.of_sessions(filter);
    conditions.of_records(filter);
    format!(
        "SELECT r.student_id, {} FROM session_tallies t
             JOIN attendance_records r ON r.college_id = t.college_id AND r.session_id = t.session_id
         WHERE t.college_id = $1{} GROUP BY r.student_id",
        counted_records(),
        conditions.take(),
    )
}

/// Whose tallies are wanted.
#[derive(Clone, Copy, Debug)]
pub enum Students<'s> {
    All,
    /// From one to another, both included: a page of them is a range of the key, which many names would not be.
    Between(Uuid, Uuid),
    Named(&'s [Uuid]),
}

/// Counts by student, of the tallies of a span.
pub fn by_tallies(conditions: &mut Conditions, filter: &Filter, parts: &[Part], students: Students<'_>) -> String {
    let students = match students {
        Students::All => String::new(),
        Students::Between(first, last) => {
            format!(" AND student_id >= {} AND student_id <= {}", conditions.value(first), conditions.value(last))
        }
        Students::Named(named) => {
            let places: Vec<String> = named.iter().map(|student| conditions.value(*student)).collect();
            format!(" AND student_id IN ({})", places.join(", "))
        }
    };
    let rows = parts.iter().map(|part| {
        conditions.of_part(part);
        for division in &filter.divisions {
            conditions.only("division_id =", *division);
        }
        let sign = if part.is_added { "" } else { "-" };
        format!(
            "SELECT student_id, {} FROM {} WHERE college_id = $1{}{}",
            STATUSES.map(|status| format!("{sign}{status} AS {status}")).join(", "),
            part.grain.table(),
            conditions.take(),
            students,
        )
    });
    let rows = rows.collect::<Vec<_>>().join(" UNION ALL ");
    let sums = STATUSES.map(|status| format!("CAST(SUM({status}) AS bigint) AS {status}")).join(", ");
    format!("SELECT student_id, {sums} FROM ({rows}) parts GROUP BY student_id")
}

/// The students who have a row for one of the months or days, in their order.
pub async fn students_of(
    database: &Database,
    college_id: Uuid,
    filter: &Filter,
    after: Option<Uuid>,
    most: u64,
) -> Result<Vec<Uuid>, Problem> {
    let mut conditions = Conditions::new(college_id);
    // Whoever has a record on a day has one in its month.
    if let Some(from) = filter.from {
        conditions.only("begins >=", Grain::Month.first(from));
    }
    if let Some(to) = filter.to {
        conditions.only("begins <=", to);
    }
    for division in &filter.divisions {
        conditions.only("division_id =", *division);
    }
    if let Some(after) = after {
        conditions.only("student_id >", after);
    }
    let sql = format!(
        "SELECT student_id FROM {} WHERE college_id = $1{} GROUP BY student_id ORDER BY student_id LIMIT {most}",
        Grain::Month.table(),
        conditions.take(),
    );
    let rows = read(database, sql, conditions).await?;
    rows.iter().map(|row| Ok(row.try_get("", "student_id")?)).collect()
}

/// Groups of records, as `counted`. Each group is one student's, or all of them are, and a student has one record in a session.
/// Made before it is ordered: for the sake of the order PostgreSQL would rather walk all records by student.
pub fn grouped_records(columns: &str, conditions: &str) -> String {
    format!(
        "WITH counted AS MATERIALIZED (
             SELECT {columns}, SUM(CASE WHEN r.is_counted THEN 1 ELSE 0 END) AS sessions, {} FROM session_tallies t
                 JOIN attendance_records r ON r.college_id = t.college_id AND r.session_id = t.session_id
             WHERE t.college_id = $1{conditions} GROUP BY {columns})",
        counted_records(),
    )
}

/// Groups of sessions that have a record, as `counted`.
pub fn grouped_sessions(columns: &str, conditions: &str) -> String {
    format!(
        "WITH counted AS (
             SELECT {columns}, COUNT(*) AS sessions, {} FROM session_tallies t
             WHERE t.college_id = $1{conditions} AND {} > 0 GROUP BY {columns})",
        STATUSES.map(|status| format!("CAST(SUM(t.{status}) AS bigint) AS {status}")).join(", "),
        STATUSES.map(|status| format!("t.{status}")).join(" + "),
    )
}

/// Sessions by themselves, as `counted`.
pub fn sessions(conditions: &str) -> String {
    format!(
        "WITH counted AS (
             SELECT t.day, t.session_id, CAST(1 AS bigint) AS sessions, {} FROM session_tallies t
             WHERE t.college_id = $1{conditions})",
        STATUSES.map(|status| format!("CAST(t.{status} AS bigint) AS {status}")).join(", "),
    )
}

/// Sums of records `r`, with a column for each status.
fn counted_records() -> String {
    let mut sums = tally::COUNTS.iter().zip(STATUSES).map(|(sum, status)| format!("CAST({sum} AS bigint) AS {status}"));
    let first = sums.next().unwrap_or_default();
    sums.fold(first, |all, sum| format!("{all}, {sum}"))
}

pub async fn read(database: &Database, sql: String, conditions: Conditions) -> Result<Vec<QueryResult>, Problem> {
    let reader = database.reader();
    let statement = Statement::from_sql_and_values(reader.get_database_backend(), sql, conditions.values);
    Ok(reader.query_all_raw(statement).await?)
}

/// The counts of a row that has a column for each status.
pub fn counts(row: &QueryResult) -> Result<Counts, Problem> {
    let mut counts = [0; 5];
    for (status, count) in STATUSES.into_iter().zip(&mut counts) {
        *count = row.try_get("", status)?;
    }
    Ok(counts)
}
