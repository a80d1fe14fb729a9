//! The queries of one-time passwords.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, ExprTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
    sea_query::{LockType, OnConflict},
};
use uuid::Uuid;

use crate::{
    entity::{
        one_time_password::{self, Column, Model},
        one_time_password_tries::{self as tries, WrongTries},
        session,
    },
    problem::Problem,
    store::Tx,
};

/// More passwords than can have been issued in the time that they are remembered.
const MOST: u64 = 128;

/// The one of a step, for the room or for one student.
pub async fn find(
    connection: &impl ConnectionTrait,
    session: &session::Model,
    student_id: Option<Uuid>,
    step: DateTime<Utc>,
) -> Result<Option<Model>, Problem> {
    let whose = match student_id {
        Some(id) => Column::StudentId.eq(id),
        None => Column::StudentId.is_null(),
    };
    let of_session = one_time_password::in_college(session.college_id).filter(Column::SessionId.eq(session.id));
    Ok(of_session.filter(whose).filter(Column::Step.eq(step)).one(connection).await?)
}

/// The one that a letter is about.
pub async fn find_by_id(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    id: Uuid,
) -> Result<Option<Model>, Problem> {
    Ok(one_time_password::in_college(college_id).filter(Column::Id.eq(id)).one(connection).await?)
}

/// Those of sessions that were good after a time for any of the students, the newest first.
pub async fn list_since(
    tx: &Tx,
    college_id: Uuid,
    sessions: &BTreeSet<Uuid>,
    students: &BTreeSet<Uuid>,
    time: DateTime<Utc>,
) -> Result<Vec<Model>, Problem> {
    Ok(one_time_password::in_college(college_id)
        .filter(Column::SessionId.is_in(sessions.iter().copied()))
        .filter(Column::StudentId.is_null().or(Column::StudentId.is_in(students.iter().copied())))
        .filter(Column::ExpiresAt.gt(time))
        .order_by_desc(Column::Step)
        .limit(MOST * u64::try_from(sessions.len() + students.len()).unwrap_or(1))
        .all(tx)
        .await?)
}

/// Adds one, unless its minute has one for them.
pub async fn insert(tx: &Tx, made: Model) -> Result<(), Problem> {
    one_time_password::insert([made.into()])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Students' wrong tries, made where it is the first time, and locked until the transaction ends: by every replica in the order of the
/// students, so that none waits for another in a circle.
pub async fn lock_tries(
    tx: &Tx,
    college_id: Uuid,
    students: &BTreeSet<Uuid>,
    now: DateTime<Utc>,
) -> Result<Vec<tries::Model>, Problem> {
    let first = |student_id| tries::Model { college_id, student_id, wrong: WrongTries::default(), updated_at: now };
    tries::insert(students.iter().map(|student_id| first(*student_id).into()))
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    let rows = tries::in_college(college_id)
        .filter(tries::Column::StudentId.is_in(students.iter().copied()))
        .order_by_asc(tries::Column::StudentId);
    Ok(rows.lock(LockType::NoKeyUpdate).all(tx).await?)
}

/// Writes wrong tries that are locked.
pub async fn write_tries(tx: &Tx, changed: tries::Model) -> Result<(), Problem> {
    changed.into_active_model().reset_all().update(tx).await?;
    Ok(())
}

/// Removes, in every college, what is of no use any more.
pub async fn purge(tx: &Tx, before: DateTime<Utc>) -> Result<(), Problem> {
    one_time_password::delete_expired(before).exec(tx).await?;
    tries::delete_before(before).exec(tx).await?;
    Ok(())
}
