//! Notes of whose days do not say yet what their punches say. A note is written in the transaction of what changes the days.

use sea_orm::{
    ColumnTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use crate::{
    entity::{
        employee,
        unsettled_work::{self, Column, Model as Unsettled},
    },
    problem::Problem,
    store::{Tx, put_rows},
};

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
