//! Deriving days anew: read the punches around the times that are noted → apply the rule → write.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ColumnTrait as _, QueryFilter as _, QueryOrder as _,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::rule::{self, Event};
use crate::{
    entity::{
        employee,
        punch::{self, EventType},
        unsettled_work::Model as Unsettled,
        work_day,
    },
    problem::Problem,
    store::{Tx, put_rows},
};

/// So much of an employee's time is derived in one transaction.
const AT_ONCE: TimeDelta = TimeDelta::days(400);

/// Writes the days anew that a change between two times can have changed: from the IN before them, which may have another OUT now. Of a
/// long time a part at once: gives from when on the rest has to be done.
pub async fn derive(
    tx: &Tx,
    employee: &employee::Model,
    zone: Tz,
    noted: &Unsettled,
) -> Result<Option<DateTime<Utc>>, Problem> {
    let Some((from, until)) = clip(tx, employee, noted).await? else { return Ok(None) };
    let end = until.min(from + AT_ONCE);
    let effective = || counting(employee.college_id, employee.id);
    let before = effective().filter(punch::Column::OccurredAt.lt(from)).order_by_desc(punch::Column::OccurredAt);
    let before = before.one(tx).await?;
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    // A day more on both sides: where clocks go back over midnight, a later time may be of an earlier day.
    let first = day(before.map_or(from, |before| before.occurred_at).min(from)) - Days::new(1);
    let last = day(end) + Days::new(1);
    // Wider than the days are in any zone: what is too much is left out again.
    let lower = first.and_time(NaiveTime::MIN).and_utc() - TimeDelta::days(1);
    let upper = last.and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(3);
    let within = effective().filter(punch::Column::OccurredAt.gte(lower)).filter(punch::Column::OccurredAt.lt(upper));
    let mut punches = within.all(tx).await?;
    let after = effective()
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
        .filter(work_day::Column::Date.lte(last))
        .exec(tx)
        .await?;
    put_rows(tx, rows, work_day::insert, OnConflict::new().do_nothing().to_owned()).await?;
    Ok((end < until).then_some(end))
}

/// What of the noted time has punches, or had some before they were corrected. None where nothing has.
async fn clip(
    tx: &Tx,
    employee: &employee::Model,
    noted: &Unsettled,
) -> Result<Option<(DateTime<Utc>, DateTime<Utc>)>, Problem> {
    let at = |micros| DateTime::from_timestamp_micros(micros).ok_or_else(|| Problem::internal("no such time"));
    let (from, until): (DateTime<Utc>, DateTime<Utc>) = (at(noted.from_micros)?, at(noted.until_micros)?);
    if until - from <= AT_ONCE {
        return Ok(Some((from, until)));
    }
    let theirs = || punch::in_college(employee.college_id).filter(punch::Column::EmployeeId.eq(employee.id));
    let first = theirs().order_by_asc(punch::Column::OccurredAt).one(tx).await?;
    let last = theirs().order_by_desc(punch::Column::OccurredAt).one(tx).await?;
    Ok(first.zip(last).map(|(first, last)| (from.max(first.occurred_at), until.min(last.occurred_at))))
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
