//! How people can be reached: what they prefer, whose address is theirs, and whom a college tells beside them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{LockType, OnConflict},
};
use uuid::Uuid;

use super::preferences::unsaid;
use crate::{
    entity::{guardian, notification_preference, user},
    problem::Problem,
    store::{Database, ROWS_PER_STATEMENT, Tx},
};

pub async fn find_preferences(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    user_id: Uuid,
) -> Result<notification_preference::Model, Problem> {
    let said = notification_preference::in_college(college_id)
        .filter(notification_preference::Column::UserId.eq(user_id))
        .one(connection)
        .await?;
    Ok(said.unwrap_or_else(|| unsaid(college_id, user_id)))
}

/// What those of these people want who have said so.
pub async fn list_preferences(
    database: &Database,
    college_id: Uuid,
    user_ids: &[Uuid],
) -> Result<HashMap<Uuid, notification_preference::Model>, Problem> {
    let mut said = HashMap::new();
    for some in user_ids.chunks(ROWS_PER_STATEMENT) {
        let theirs = notification_preference::in_college(college_id)
            .filter(notification_preference::Column::UserId.is_in(some.iter().copied()));
        said.extend(theirs.all(database.reader()).await?.into_iter().map(|row| (row.user_id, row)));
    }
    Ok(said)
}

pub async fn put_preferences(tx: &Tx, row: notification_preference::Model) -> Result<(), Problem> {
    use notification_preference::Column;
    let there = OnConflict::columns([Column::CollegeId, Column::UserId])
        .update_columns([
            Column::Mail,
            Column::MailKinds,
            Column::QuietFrom,
            Column::QuietTo,
            Column::DigestAt,
            Column::UpdatedAt,
        ])
        .to_owned();
    notification_preference::insert([row.into()]).on_conflict(there).exec_without_returning(tx).await?;
    Ok(())
}

/// Which of these people mail may go to: their address is confirmed, because they have a password.
pub async fn list_reachable(database: &Database, college_id: Uuid, user_ids: &[Uuid]) -> Result<Vec<Uuid>, Problem> {
    let mut reachable = Vec::with_capacity(user_ids.len());
    for some in user_ids.chunks(ROWS_PER_STATEMENT) {
        let found: Vec<Uuid> = user::in_college(college_id)
            .filter(user::Column::Id.is_in(some.iter().copied()))
            .filter(user::Column::IsActive.eq(true))
            .filter(user::Column::DeletedAt.is_null())
            .filter(user::Column::PasswordHash.ne(user::NO_PASSWORD))
            .select_only()
            .column(user::Column::Id)
            .into_tuple()
            .all(database.reader())
            .await?;
        reachable.extend(found);
    }
    Ok(reachable)
}

/// Locks a person, so that what is kept of them here is changed by one at a time.
pub async fn lock_person(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<user::Model, Problem> {
    let found = user::in_college(college_id)
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::DeletedAt.is_null())
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await?;
    found.ok_or_else(|| Problem::not_found("user"))
}

/// The guardians of some students.
pub async fn list_guardians(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    student_ids: &[Uuid],
) -> Result<Vec<guardian::Model>, Problem> {
    let mut guardians = Vec::new();
    for some in student_ids.chunks(ROWS_PER_STATEMENT) {
        let theirs = guardian::in_college(college_id)
            .filter(guardian::Column::StudentId.is_in(some.iter().copied()))
            .order_by_asc(guardian::Column::StudentId)
            .order_by_asc(guardian::Column::Email);
        guardians.extend(theirs.all(connection).await?);
    }
    Ok(guardians)
}

pub async fn replace_guardians(
    tx: &Tx,
    college_id: Uuid,
    student_id: Uuid,
    emails: &[String],
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let theirs = guardian::delete_in_college(college_id).filter(guardian::Column::StudentId.eq(student_id));
    theirs.exec(tx).await?;
    if emails.is_empty() {
        return Ok(());
    }
    let row = |email: &String| guardian::Model { college_id, student_id, email: email.clone(), created_at: now }.into();
    guardian::insert(emails.iter().map(row)).exec_without_returning(tx).await?;
    Ok(())
}
