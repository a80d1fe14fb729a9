//! Bringing work days up to date: lock whose are unsettled → read the punches around the times that are noted → derive → write.

use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ColumnTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, LockType, OnConflict},
};
use uuid::Uuid;

use super::rule::{self, Event};
use crate::{
    entity::{
        college::Model as College,
        employee,
        punch::{self, EventType},
        unsettled_work::{self, Column, Model as Unsettled},
        work_day,
    },
    organisation,
    problem::Problem,
    store::{Database, Tx, put_rows},
};

/// So many employees in one transaction, which on SQLite nobody else writes beside.
const AT_ONCE: u64 = 64;
/// Earlier and later than any punch, and far from the ends of the calendar.
const EVER: (i64, i64) = (915_148_800_000_000, 7_258_118_400_000_000);

/// Has the days of some employees derived anew, from one time to another in microseconds since 1970, before anybody reads them.
pub async fn outdate(tx: &Tx, college_id: Uuid, spans: Vec<(Uuid, i64, i64)>) -> Result<(), Problem> {
    let mut rows: Vec<Unsettled> = spans
        .into_iter()
        .map(|(employee_id, from_micros, until_micros)| Unsettled {
            college_id,
            employee_id,
            from_micros,
            until_micros,
        })
        .collect();
    // In one order by everybody, so that nobody waits in a circle.
    rows.sort_unstable_by_key(|row| row.employee_id);
    let wider = |column: &str, sign: &str| {
        Expr::cust(format!(
            "CASE WHEN excluded.{column} {sign} unsettled_work.{column} THEN excluded.{column} ELSE unsettled_work.{column} END"
        ))
    };
    let known = OnConflict::columns([Column::CollegeId, Column::EmployeeId])
        .value(Column::FromMicros, wider("from_micros", "<"))
        .value(Column::UntilMicros, wider("until_micros", ">"))
        .to_owned();
    Ok(put_rows(tx, rows, unsettled_work::insert, known).await?)
}

/// All days of an employee.
pub async fn outdate_all(tx: &Tx, college_id: Uuid, employee_id: Uuid) -> Result<(), Problem> {
    outdate(tx, college_id, vec![(employee_id, EVER.0, EVER.1)]).await
}

/// All days of all who are counted in the college's zone, which has changed.
pub async fn outdate_college(tx: &Tx, college_id: Uuid) -> Result<(), Problem> {
    let theirs = employee::in_college(college_id).filter(employee::Column::TimeZone.is_null());
    let ids: Vec<Uuid> = theirs.select_only().column(employee::Column::Id).into_tuple().all(tx).await?;
    outdate(tx, college_id, ids.into_iter().map(|id| (id, EVER.0, EVER.1)).collect()).await
}

/// Brings the days of a college, or of one of its employees, up to what was answered before.
pub async fn settle(database: &Database, college_id: Uuid, employee_id: Option<Uuid>) -> Result<(), Problem> {
    let of = move || {
        let all = unsettled_work::in_college(college_id);
        match employee_id {
            Some(id) => all.filter(Column::EmployeeId.eq(id)),
            None => all,
        }
    };
    let mut left = of().count(database.reader()).await?;
    // What comes while this goes on is for the next one: who reads waits for nobody who goes on writing.
    while left > 0 {
        let done = database.write(move |tx| Box::pin(async move { settle_some(tx, college_id, of()).await })).await?;
        left = if done == 0 { 0 } else { left.saturating_sub(done) };
    }
    Ok(())
}

/// How many there were.
async fn settle_some(tx: &Tx, college_id: Uuid, of: unsettled_work::Find) -> Result<u64, Problem> {
    let unsettled: Vec<Unsettled> =
        of.order_by_asc(Column::EmployeeId).limit(AT_ONCE).lock(LockType::Update).all(tx).await?;
    if unsettled.is_empty() {
        return Ok(0);
    }
    let college = organisation::find_college_in(tx, college_id).await?;
    let ids = || unsettled.iter().map(|one| one.employee_id);
    let employees = employee::in_college(college_id).filter(employee::Column::Id.is_in(ids())).all(tx).await?;
    for employee in &employees {
        if let Some(one) = unsettled.iter().find(|one| one.employee_id == employee.id) {
            derive(tx, employee, zone(employee, &college), one).await?;
        }
    }
    unsettled_work::delete_in_college(college_id).filter(Column::EmployeeId.is_in(ids())).exec(tx).await?;
    Ok(unsettled.len() as u64)
}

/// Where the employee's days begin and end.
fn zone(employee: &employee::Model, college: &College) -> Tz {
    organisation::zone(employee.time_zone.as_deref().unwrap_or(&college.time_zone))
}

/// Writes the days anew that a change between two times can have changed: from the IN before them, which may have another OUT now.
async fn derive(tx: &Tx, employee: &employee::Model, zone: Tz, span: &Unsettled) -> Result<(), Problem> {
    let at = |micros| DateTime::from_timestamp_micros(micros).ok_or_else(|| Problem::internal("no such time"));
    let (from, until): (DateTime<Utc>, DateTime<Utc>) = (at(span.from_micros)?, at(span.until_micros)?);
    let counting = || counting(employee.college_id, employee.id);
    let before = counting().filter(punch::Column::OccurredAt.lt(from)).order_by_desc(punch::Column::OccurredAt);
    let before = before.one(tx).await?;
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    let (first, last) = (day(before.map_or(from, |before| before.occurred_at)), day(until));
    // Wider than the days are in any zone, also where a clock goes back over midnight: what is too much is left out again.
    let lower = first.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::days(1);
    let upper = last.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::days(3);
    let within = counting().filter(punch::Column::OccurredAt.gte(lower)).filter(punch::Column::OccurredAt.lt(upper));
    let mut punches = within.all(tx).await?;
    let after = counting()
        .filter(punch::Column::OccurredAt.gte(upper))
        .order_by_asc(punch::Column::OccurredAt)
        // As the rule has it: of the same instant an OUT is first.
        .order_by_desc(punch::Column::EventType)
        .order_by_asc(punch::Column::Id);
    punches.extend(after.one(tx).await?);
    let events = punches.into_iter().map(|punch| Event {
        is_in: punch.event_type == EventType::In,
        at: punch.occurred_at,
        id: punch.id,
        text: punch.event_time,
    });
    let (college_id, employee_id) = (employee.college_id, employee.id);
    let days = rule::days(events.collect(), zone).into_iter().filter(|(date, _)| (first..=last).contains(date));
    let rows: Vec<work_day::Model> = days
        .map(|(date, day)| work_day::Model {
            college_id,
            employee_id,
            date,
            in_count: day.in_count,
            segments: day.segments,
        })
        .collect();
    work_day::delete_in_college(college_id)
        .filter(work_day::Column::EmployeeId.eq(employee_id))
        .filter(work_day::Column::Date.gte(first))
        .filter(work_day::Column::Date.lt(last.checked_add_days(Days::new(1)).unwrap_or(last)))
        .exec(tx)
        .await?;
    Ok(put_rows(tx, rows, work_day::insert, OnConflict::new().do_nothing().to_owned()).await?)
}

/// The INs and OUTs of an employee that nothing has been put in the place of.
fn counting(college_id: Uuid, employee_id: Uuid) -> punch::Find {
    punch::in_college(college_id)
        .filter(punch::Column::EmployeeId.eq(employee_id))
        .filter(punch::Column::EventType.is_in([EventType::In, EventType::Out]))
        .filter(punch::Column::IsVoid.eq(false))
        .filter(Expr::cust(
            "NOT EXISTS (SELECT 1 FROM punches c WHERE c.college_id = punches.college_id AND c.corrects_id = punches.id)",
        ))
}
