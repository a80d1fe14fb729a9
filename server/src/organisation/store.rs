//! The queries of this slice. A list's own stands with the list, and those about who comes on a day with the roster.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, DbErr, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Statement,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use super::{RESOURCE, enrolment::Membership, zone::day_in};
use crate::{
    entity::{
        college, division, enrolment, policy,
        user::{self, Role},
    },
    problem::Problem,
    store::{Database, ROWS_PER_STATEMENT, Tx, constraint},
};

pub async fn find_college(database: &Database, id: Uuid) -> Result<college::Model, Problem> {
    find_college_in(database.reader(), id).await
}

pub async fn find_college_in(connection: &impl ConnectionTrait, id: Uuid) -> Result<college::Model, Problem> {
    college::by_id(id).one(connection).await?.ok_or_else(|| Problem::not_found("college"))
}

/// A college as it is until the transaction ends. Others may hold it too.
pub async fn hold_college(tx: &Tx, id: Uuid) -> Result<college::Model, Problem> {
    let found = college::by_id(id).lock(LockType::Share).one(tx).await?;
    found.ok_or_else(|| Problem::not_found("college"))
}

/// A college as it is now: nobody else can change it before the transaction ends. Rows that only point to it, which all rows
/// of the college do, are written meanwhile.
pub async fn lock_college(tx: &Tx, id: Uuid) -> Result<college::Model, Problem> {
    let found = college::by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?;
    found.ok_or_else(|| Problem::not_found("college"))
}

pub async fn find_division(database: &Database, college_id: Uuid, id: Uuid) -> Result<division::Model, Problem> {
    let found = division::in_college(college_id).filter(division::Column::Id.eq(id)).one(database.reader()).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

pub async fn has_division(database: &Database, college_id: Uuid, id: Uuid) -> Result<bool, Problem> {
    Ok(division::in_college(college_id).filter(division::Column::Id.eq(id)).one(database.reader()).await?.is_some())
}

pub async fn insert_division(tx: &Tx, division: division::Model) -> Result<(), Problem> {
    division::insert([division.into()]).exec_without_returning(tx).await.map_err(refused)?;
    Ok(())
}

/// Changes a division as it is now: nobody else can change it in between.
pub async fn change_division(
    tx: &Tx,
    college_id: Uuid,
    id: Uuid,
    change: impl FnOnce(division::Model) -> division::Model,
) -> Result<division::Model, Problem> {
    let found = division::in_college(college_id)
        .filter(division::Column::Id.eq(id))
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await?;
    let changed = change(found.ok_or_else(|| Problem::not_found(RESOURCE))?);
    changed.clone().into_active_model().reset_all().update(tx).await.map_err(refused)?;
    Ok(changed)
}

/// Deletes a division, and what its check-ins have to show.
pub async fn delete_division(tx: &Tx, college_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<(), Problem> {
    let gone = division::delete_in_college(college_id).filter(division::Column::Id.eq(id)).exec(tx).await;
    let gone = gone.map_err(|error| match constraint::is_foreign_key(&error) {
        true => Problem::in_use(RESOURCE),
        false => error.into(),
    })?;
    if gone.rows_affected == 0 {
        return Err(Problem::not_found(RESOURCE));
    }
    policy::end_of(college_id, policy::Scope::Division, id, now).exec(tx).await?;
    Ok(())
}

/// Locks a student, so that their enrolments are changed by one at a time. Check-ins, which only point to the person, go on.
pub async fn lock_student(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<(), Problem> {
    let student = user::in_college(college_id)
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::Role.eq(Role::Student))
        .filter(user::Column::DeletedAt.is_null())
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await?;
    student.map(|_| ()).ok_or_else(|| Problem::not_found("student"))
}

/// Adds an enrolment, unless the student belongs to the division on one of its days. The student is locked, so the statement
/// sees every other enrolment.
pub async fn insert_enrolment(tx: &Tx, row: &enrolment::Model) -> Result<bool, Problem> {
    let statement = Statement::from_sql_and_values(
        tx.get_database_backend(),
        "INSERT INTO enrolments (college_id, division_id, student_id, from_date, to_date, created_at)
         SELECT $1, $2, $3, $4, $5, $6
         WHERE NOT EXISTS (
             SELECT 1 FROM enrolments e
             WHERE e.college_id = $1 AND e.division_id = $2 AND e.student_id = $3
               AND ($5 IS NULL OR e.from_date <= $5) AND (e.to_date IS NULL OR e.to_date >= $4))",
        [
            row.college_id.into(),
            row.division_id.into(),
            row.student_id.into(),
            row.from_date.into(),
            row.to_date.into(),
            row.created_at.into(),
        ],
    );
    let added = tx.execute_raw(statement).await.map_err(|error| match constraint::is_foreign_key(&error) {
        true => Problem::not_found(RESOURCE),
        false => error.into(),
    })?;
    Ok(added.rows_affected() == 1)
}

/// Ends a student's enrolments before a day, in one division or in all, and tells the divisions that lost the student.
pub async fn end_enrolments(
    tx: &Tx,
    college_id: Uuid,
    division_id: Option<Uuid>,
    student_id: Uuid,
    day: NaiveDate,
) -> Result<Vec<Uuid>, Problem> {
    use enrolment::Column;
    let mut whose = Condition::all().add(Column::StudentId.eq(student_id));
    if let Some(division_id) = division_id {
        whose = whose.add(Column::DivisionId.eq(division_id));
    }
    let ended = enrolment::update_in_college(college_id)
        .col_expr(Column::ToDate, Expr::value(day.pred_opt()))
        .filter(whose.clone())
        .filter(Column::FromDate.lt(day))
        .filter(Condition::any().add(Column::ToDate.is_null()).add(Column::ToDate.gte(day)))
        .exec_with_returning(tx)
        .await?;
    let taken_back = enrolment::delete_in_college(college_id)
        .filter(whose)
        .filter(Column::FromDate.gte(day))
        .exec_with_returning(tx)
        .await?;
    let mut divisions: Vec<Uuid> = ended.into_iter().chain(taken_back).map(|row| row.division_id).collect();
    divisions.sort_unstable();
    divisions.dedup();
    Ok(divisions)
}

/// Every division that a student belongs to or did, each with its time.
pub async fn list_memberships(
    database: &Database,
    college_id: Uuid,
    student_id: Uuid,
) -> Result<Vec<Membership>, Problem> {
    let college = find_college(database, college_id).await?;
    let rows = enrolment::in_college(college_id)
        .filter(enrolment::Column::StudentId.eq(student_id))
        .all(database.reader())
        .await?;
    Ok(rows.iter().map(|row| Membership::of(row, &college.time_zone)).collect())
}

/// The same of many students at once.
pub async fn list_memberships_of(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    time_zone: &str,
    students: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Membership>>, Problem> {
    let mut found: HashMap<Uuid, Vec<Membership>> = HashMap::new();
    for some in students.chunks(ROWS_PER_STATEMENT) {
        let of_these = enrolment::Column::StudentId.is_in(some.iter().copied());
        for row in enrolment::in_college(college_id).filter(of_these).all(connection).await? {
            found.entry(row.student_id).or_default().push(Membership::of(&row, time_zone));
        }
    }
    Ok(found)
}

/// The division that a person belongs to, as people say it: the one that was entered last.
pub async fn current_division(
    database: &Database,
    college_id: Uuid,
    user_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, Problem> {
    Ok(current_divisions(database, college_id, [user_id], now).await?.remove(&user_id))
}

/// The same of many people; of those who belong to none there is nothing.
pub async fn current_divisions(
    database: &Database,
    college_id: Uuid,
    user_ids: impl IntoIterator<Item = Uuid>,
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Uuid>, Problem> {
    use enrolment::Column;
    let college = find_college(database, college_id).await?;
    let rows = on_day(college_id, day_in(&college.time_zone, now))
        .filter(Column::StudentId.is_in(user_ids))
        .order_by_asc(Column::FromDate)
        .order_by_asc(Column::DivisionId)
        .all(database.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.student_id, row.division_id)).collect())
}

/// The enrolments that hold on a day.
pub fn on_day(college_id: Uuid, day: NaiveDate) -> enrolment::Find {
    enrolment::in_college(college_id)
        .filter(enrolment::Column::FromDate.lte(day))
        .filter(Condition::any().add(enrolment::Column::ToDate.is_null()).add(enrolment::Column::ToDate.gte(day)))
}

pub fn refused(error: DbErr) -> Problem {
    match constraint::broken_unique(&error) {
        Some("uq_divisions_name") => Problem::already_exists(RESOURCE, "name"),
        _ => error.into(),
    }
}
