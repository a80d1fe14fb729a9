//! Counting a session: its records → the day's sessions of each of its students → their thirds of months, and months. Each row is made anew from the one
//! below, so that nothing can add up wrongly.

use chrono::{Datelike as _, NaiveDate};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, QueryFilter as _, QuerySelect as _, Statement, Value,
    sea_query::LockType,
};
use uuid::Uuid;

use super::grain::Grain;
use crate::{
    entity::{
        division,
        session::{self, State},
    },
    organisation,
    problem::Problem,
    store::{ROWS_PER_STATEMENT, Tx},
};

/// What a row counts of records `r`, in the order of the columns.
pub const COUNTS: [&str; 5] = [
    "COALESCE(SUM(CASE WHEN r.status = 'PRESENT' AND r.is_counted THEN 1 ELSE 0 END), 0)",
    "COALESCE(SUM(CASE WHEN r.status = 'LATE' AND r.is_counted THEN 1 ELSE 0 END), 0)",
    "COALESCE(SUM(CASE WHEN r.status = 'ABSENT' AND r.is_counted THEN 1 ELSE 0 END), 0)",
    "COALESCE(SUM(CASE WHEN r.status = 'EXCUSED' AND r.is_counted THEN 1 ELSE 0 END), 0)",
    "COALESCE(SUM(CASE WHEN r.status = 'PENDING' AND r.is_counted THEN 1 ELSE 0 END), 0)",
];

/// What becomes of a row that is there already.
const REPLACED: &str = "present = excluded.present, late = excluded.late, absent = excluded.absent, \
                        excused = excluded.excused, pending = excluded.pending";

/// Counts a session that is completed; one that is not counts nothing yet. Its row must be locked.
pub async fn count(tx: &Tx, session: &session::Model) -> Result<(), Problem> {
    count_of(tx, session, None).await
}

/// The same after the records of some students have changed.
pub async fn recount(
    tx: &Tx,
    session: &session::Model,
    students: impl IntoIterator<Item = Uuid>,
) -> Result<(), Problem> {
    let students: Vec<Uuid> = students.into_iter().collect();
    // Nothing has changed, and PostgreSQL takes no empty list.
    if students.is_empty() {
        return Ok(());
    }
    count_of(tx, session, Some(&students)).await
}

async fn count_of(tx: &Tx, session: &session::Model, students: Option<&[Uuid]>) -> Result<(), Problem> {
    if session.state != State::Completed {
        return Ok(());
    }
    let day = organisation::day_in(&session.time_zone, session.planned_start);
    lock_division(tx, session).await?;
    count_session(tx, session, day).await?;
    // Few students are named, so that one correction does not count a whole division; more than a statement takes are all.
    let named = students.filter(|students| students.len() <= ROWS_PER_STATEMENT / 2);
    count_days(tx, session, day, named).await?;
    for grain in [Grain::Third, Grain::Month] {
        count_longer(tx, session, grain, day, named).await?;
    }
    Ok(())
}

/// Two sessions of a division may be counted at once, and share students: the second one must see what the first one counted.
async fn lock_division(tx: &Tx, session: &session::Model) -> Result<(), Problem> {
    division::in_college(session.college_id)
        .filter(division::Column::Id.eq(session.division_id))
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await?;
    Ok(())
}

async fn count_session(tx: &Tx, session: &session::Model, day: NaiveDate) -> Result<(), Problem> {
    let sql = format!(
        "INSERT INTO session_tallies
             (college_id, session_id, day, weekday, division_id, teacher_id, subject,
              present, late, absent, excused, pending)
         SELECT s.college_id, s.id, {day}, {weekday}, s.division_id, s.teacher_id, s.subject, {counts}
         FROM sessions s LEFT JOIN attendance_records r ON r.college_id = s.college_id AND r.session_id = s.id
         WHERE s.college_id = $1 AND s.id = $2
         GROUP BY s.college_id, s.id, s.division_id, s.teacher_id, s.subject
         ON CONFLICT (college_id, session_id) DO UPDATE SET {REPLACED}",
        day = date(tx, day),
        weekday = day.weekday().number_from_monday(),
        counts = COUNTS.join(", "),
    );
    run(tx, &sql, vec![session.college_id.into(), session.id.into()]).await
}

async fn count_days(tx: &Tx, session: &session::Model, day: NaiveDate, named: Option<&[Uuid]>) -> Result<(), Problem> {
    let mut values: Vec<Value> =
        vec![session.college_id.into(), session.id.into(), session.division_id.into(), day.into()];
    let sql = format!(
        "INSERT INTO {table}
             (college_id, student_id, division_id, begins, present, late, absent, excused, pending)
         SELECT r.college_id, r.student_id, t.division_id, t.day, {counts}
         FROM session_tallies t
             JOIN attendance_records r ON r.college_id = t.college_id AND r.session_id = t.session_id
         WHERE t.college_id = $1 AND t.division_id = $3 AND t.day = $4 AND r.student_id IN ({students})
         GROUP BY r.college_id, r.student_id, t.division_id, t.day
         ORDER BY r.student_id
         ON CONFLICT (college_id, student_id, begins, division_id) DO UPDATE SET {REPLACED}",
        table = Grain::Day.table(),
        counts = COUNTS.join(", "),
        students = of_session(&mut values, named),
    );
    run(tx, &sql, values).await
}

/// The row of a longer time that a day is in is the sum of its days.
async fn count_longer(
    tx: &Tx,
    session: &session::Model,
    grain: Grain,
    day: NaiveDate,
    named: Option<&[Uuid]>,
) -> Result<(), Problem> {
    let (table, first, next) = (grain.table(), grain.first(day), grain.next(day));
    let mut values: Vec<Value> =
        vec![session.college_id.into(), session.id.into(), session.division_id.into(), first.into(), next.into()];
    let sql = format!(
        "INSERT INTO {table}
             (college_id, student_id, division_id, begins, present, late, absent, excused, pending)
         SELECT d.college_id, d.student_id, d.division_id, {begins},
             SUM(d.present), SUM(d.late), SUM(d.absent), SUM(d.excused), SUM(d.pending)
         FROM {days} d
         WHERE d.college_id = $1 AND d.division_id = $3 AND d.begins >= $4 AND d.begins < $5
             AND d.student_id IN ({students})
         GROUP BY d.college_id, d.student_id, d.division_id
         ORDER BY d.student_id
         ON CONFLICT (college_id, student_id, begins, division_id) DO UPDATE SET {REPLACED}",
        begins = date(tx, first),
        days = Grain::Day.table(),
        students = of_session(&mut values, named),
    );
    run(tx, &sql, values).await
}

/// Those who have a record in the session `$2`, or those of them who are named.
fn of_session(values: &mut Vec<Value>, named: Option<&[Uuid]>) -> String {
    let all = "SELECT student_id FROM attendance_records WHERE college_id = $1 AND session_id = $2";
    let Some(named) = named else { return all.to_owned() };
    let places: Vec<String> = named
        .iter()
        .map(|student| {
            values.push((*student).into());
            format!("${}", values.len())
        })
        .collect();
    format!("{all} AND student_id IN ({})", places.join(", "))
}

/// A date as a literal. In a list of what is selected PostgreSQL would take a parameter for a text.
fn date(tx: &Tx, day: NaiveDate) -> String {
    match tx.get_database_backend() {
        DbBackend::Postgres => format!("DATE '{day}'"),
        _ => format!("'{day}'"),
    }
}

async fn run(tx: &Tx, sql: &str, values: Vec<Value>) -> Result<(), Problem> {
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    Ok(())
}
