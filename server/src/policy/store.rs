//! The queries of this slice, but for those about what was decided before.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, ExprTrait as _, PaginatorTrait as _, QueryFilter as _,
    QuerySelect as _,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use super::{RESOURCE, rules::MAX_POLICIES};
use crate::{
    entity::{
        division,
        policy::{self, Column, Model, Scope},
        policy_version::{self, Column as VersionColumn, Model as Version},
        session, timetable,
    },
    problem::Problem,
    store::{Database, Tx, constraint},
};

/// How many policies are named in one statement: SQLite takes conditions of a thousand parts.
const AT_ONCE: usize = 200;

pub async fn find(database: &Database, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let found = policy::in_college(college_id).filter(Column::Id.eq(id)).one(database.reader()).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

pub async fn find_version(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    policy_id: Uuid,
    version: i32,
) -> Result<Version, Problem> {
    let query = policy_version::in_college(college_id)
        .filter(VersionColumn::PolicyId.eq(policy_id))
        .filter(VersionColumn::Version.eq(version));
    query.one(connection).await?.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// The newest version of each of some policies. A version is there before its policy names it and never goes, so that these are
/// the policies' own also where they change meanwhile.
pub async fn list_newest(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    policies: &[Model],
) -> Result<HashMap<Uuid, Version>, Problem> {
    let mut newest = HashMap::with_capacity(policies.len());
    for some in policies.chunks(AT_ONCE) {
        let named = some.iter().fold(Condition::any(), |any, policy| {
            any.add(VersionColumn::PolicyId.eq(policy.id).and(VersionColumn::Version.eq(policy.version)))
        });
        let versions = policy_version::in_college(college_id).filter(named).all(connection).await?;
        newest.extend(versions.into_iter().map(|version| (version.policy_id, version)));
    }
    Ok(newest)
}

/// A policy that is not deleted, as it is now: nobody else can change it before the transaction ends.
pub async fn lock(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let query = policy::in_college(college_id)
        .filter(Column::Id.eq(id))
        .filter(Column::DeletedAt.is_null())
        .lock(LockType::NoKeyUpdate);
    query.one(tx).await?.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// Refuses more policies than a college may have. The college must be locked, so that the count holds until they are there.
pub async fn check_room(tx: &Tx, college_id: Uuid) -> Result<(), Problem> {
    let held = policy::in_college(college_id).filter(Column::DeletedAt.is_null()).count(tx).await?;
    if held < MAX_POLICIES { Ok(()) } else { Err(Problem::too_many(RESOURCE, MAX_POLICIES)) }
}

/// Whether the college has what a policy is to be for. It stays until the transaction ends, and when it goes it takes its policies along.
pub async fn check_scope(tx: &Tx, college_id: Uuid, scope: Scope, id: Uuid) -> Result<(), Problem> {
    let (is_there, resource) = match scope {
        Scope::College => (id == college_id, "college"),
        Scope::Division => {
            let found = division::in_college(college_id).filter(division::Column::Id.eq(id));
            (found.lock(LockType::KeyShare).one(tx).await?.is_some(), "division")
        }
        Scope::Timetable => {
            let found = timetable::in_college(college_id).filter(timetable::Column::Id.eq(id));
            (found.lock(LockType::KeyShare).one(tx).await?.is_some(), "timetable")
        }
        Scope::Session => {
            let found = session::in_college(college_id).filter(session::Column::Id.eq(id));
            (found.one(tx).await?.is_some(), "session")
        }
    };
    if is_there { Ok(()) } else { Err(Problem::not_found(resource)) }
}

pub async fn insert(tx: &Tx, policy: Model) -> Result<(), Problem> {
    let refused = |error: DbErr| match constraint::broken_unique(&error) {
        Some("uq_policies_scope") => Problem::already_exists(RESOURCE, "scope_id"),
        _ => error.into(),
    };
    policy::insert([policy.into()]).exec_without_returning(tx).await.map_err(refused)?;
    Ok(())
}

pub async fn insert_version(tx: &Tx, version: Version) -> Result<(), Problem> {
    policy_version::insert([version.into()]).exec_without_returning(tx).await?;
    Ok(())
}

/// Makes a version the one that applies. The policy must be locked.
pub async fn take_version(
    tx: &Tx,
    college_id: Uuid,
    id: Uuid,
    version: i32,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    policy::update_in_college(college_id)
        .col_expr(Column::Version, Expr::value(version))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

pub async fn delete(tx: &Tx, college_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<(), Problem> {
    let gone = policy::update_in_college(college_id)
        .col_expr(Column::DeletedAt, Expr::value(now))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::DeletedAt.is_null())
        .exec(tx)
        .await?;
    if gone.rows_affected == 0 { Err(Problem::not_found(RESOURCE)) } else { Ok(()) }
}
