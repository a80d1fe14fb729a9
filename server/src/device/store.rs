//! The queries of this slice.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use super::{RESOURCE, rules};
use crate::{
    entity::{
        device::{self, Column, Model, State},
        session, user,
    },
    organisation,
    problem::Problem,
    store::{CacheKey, Database, Store, Tx, constraint},
};

/// How many keys that were revoked are kept for each person.
const KEPT: usize = 20;
/// How far from now a session may be that makes somebody a teacher of a student.
const TEACHES_WITHIN: TimeDelta = TimeDelta::days(30);

pub async fn find(database: &Database, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let found = device::in_college(college_id).filter(Column::Id.eq(id)).one(database.reader()).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// All keys of a person, the newest first. They are few.
pub async fn list(connection: &impl ConnectionTrait, college_id: Uuid, user_id: Uuid) -> Result<Vec<Model>, Problem> {
    let theirs = device::in_college(college_id).filter(Column::UserId.eq(user_id)).order_by_desc(Column::Id);
    Ok(theirs.all(connection).await?)
}

/// Those that were not revoked: two at most.
pub async fn list_living(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    user_id: Uuid,
) -> Result<Vec<Model>, Problem> {
    Ok(device::in_college(college_id).filter(living(user_id)).all(connection).await?)
}

/// The same, and a key that is named, whoever's it is and however it stands.
pub async fn list_living_and(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    user_id: Uuid,
    id: Uuid,
) -> Result<Vec<Model>, Problem> {
    let wanted = Condition::any().add(Column::Id.eq(id)).add(living(user_id));
    Ok(device::in_college(college_id).filter(wanted).all(connection).await?)
}

fn living(user_id: Uuid) -> Condition {
    Condition::all().add(Column::UserId.eq(user_id)).add(Column::State.ne(State::Revoked))
}

/// The keys of a person as they are now, which nobody else changes until the transaction ends. What has come about by itself is
/// written down.
pub async fn lock(tx: &Tx, college_id: Uuid, user_id: Uuid, now: DateTime<Utc>) -> Result<Vec<Model>, Problem> {
    let person = user::in_college(college_id).filter(user::Column::Id.eq(user_id)).lock(LockType::NoKeyUpdate);
    person.one(tx).await?.ok_or_else(|| Problem::not_found("user"))?;
    let stored = list(tx, college_id, user_id).await?;
    let settled = rules::settle(stored.clone(), now);
    let changed = || settled.iter().zip(&stored).filter(|(now, before)| now.state != before.state).map(|(now, _)| now);
    // The old one goes first: there is one active key at any time.
    for key in changed().filter(|key| key.state == State::Revoked) {
        revoke(tx, key, key.revoked_at.unwrap_or(now)).await?;
    }
    for key in changed().filter(|key| key.state == State::Active) {
        activate(tx, key).await?;
    }
    Ok(settled)
}

pub async fn insert(tx: &Tx, made: Model) -> Result<(), Problem> {
    let refused = |error: DbErr| match constraint::broken_unique(&error) {
        Some("uq_devices_key") => Problem::already_exists(RESOURCE, "public_key"),
        _ => error.into(),
    };
    device::insert([made.into()]).exec_without_returning(tx).await.map_err(refused)?;
    Ok(())
}

pub async fn revoke(tx: &Tx, key: &Model, at: DateTime<Utc>) -> Result<(), Problem> {
    device::update_in_college(key.college_id)
        .col_expr(Column::State, Expr::value(State::Revoked))
        .col_expr(Column::RevokedAt, Expr::value(at))
        .filter(Column::Id.eq(key.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Writes down that a key is active, since when and by whom.
pub async fn activate(tx: &Tx, key: &Model) -> Result<(), Problem> {
    device::update_in_college(key.college_id)
        .col_expr(Column::State, Expr::value(State::Active))
        .col_expr(Column::ActiveFrom, Expr::value(key.active_from))
        .col_expr(Column::ApprovedBy, Expr::value(key.approved_by))
        .filter(Column::Id.eq(key.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Strikes off what was revoked long ago, so that nobody fills the table by enrolling.
pub async fn prune(tx: &Tx, college_id: Uuid, keys: &[Model]) -> Result<(), Problem> {
    let revoked = keys.iter().filter(|key| key.state == State::Revoked).cloned().collect();
    let old = rules::to_forget(revoked, KEPT);
    if !old.is_empty() {
        device::delete_in_college(college_id).filter(Column::Id.is_in(old)).exec(tx).await?;
    }
    Ok(())
}

/// Whether somebody teaches a student: has a session about now with a division that the student is in today.
pub async fn teaches(
    database: &Database,
    college_id: Uuid,
    teacher_id: Uuid,
    student_id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, Problem> {
    let memberships = organisation::list_memberships(database, college_id, student_id).await?;
    let divisions: Vec<Uuid> = memberships
        .iter()
        .filter(|membership| membership.from <= now && membership.before.is_none_or(|before| now < before))
        .map(|membership| membership.division_id)
        .collect();
    if divisions.is_empty() {
        return Ok(false);
    }
    let sessions = session::in_college(college_id)
        .filter(session::Column::TeacherId.eq(teacher_id))
        .filter(session::Column::DivisionId.is_in(divisions))
        .filter(session::Column::PlannedStart.between(now - TEACHES_WITHIN, now + TEACHES_WITHIN))
        .limit(1);
    Ok(sessions.count(database.reader()).await? > 0)
}

/// Whether anybody in a college has a key.
pub struct Any {
    pub college_id: Uuid,
}

impl CacheKey for Any {
    type Value = bool;

    const KIND: &'static str = "devices";

    fn college_id(&self) -> Uuid {
        self.college_id
    }

    fn name(&self) -> String {
        String::new()
    }
}

pub async fn has_any(store: &Store, college_id: Uuid) -> Result<bool, Problem> {
    let database = &store.database;
    let load = || async move { Ok(device::in_college(college_id).one(database.reader()).await?.is_some()) };
    Ok(*store.cache.get(&Any { college_id }, load).await?)
}

pub async fn is_person(database: &Database, college_id: Uuid, user_id: Uuid) -> Result<bool, Problem> {
    Ok(user::in_college(college_id).filter(user::Column::Id.eq(user_id)).one(database.reader()).await?.is_some())
}
