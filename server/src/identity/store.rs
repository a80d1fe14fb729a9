//! The queries of this slice.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, ExprTrait as _, QueryFilter as _, QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::family::RefreshToken;
use crate::{
    entity::{college, refresh_token_family, token_revocation, user},
    problem::Problem,
    store::{Database, Tx},
};

/// The account that an address and, where it was given, a college's short name mean. An address that is known in several
/// colleges means none.
pub async fn find_account(
    database: &Database,
    email: &str,
    college_short_name: &str,
) -> Result<Option<user::Model>, Problem> {
    let reader = database.reader();
    if college_short_name.is_empty() {
        let mut found = user::by_email(email).all(reader).await?;
        return Ok(if found.len() == 1 { found.pop() } else { None });
    }
    let Some(college) = college::by_short_name(college_short_name).one(reader).await? else { return Ok(None) };
    Ok(user::in_college(college.id).filter(user::Column::Email.eq(email)).one(reader).await?)
}

pub async fn find_user(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    id: Uuid,
) -> Result<Option<user::Model>, Problem> {
    Ok(user::in_college(college_id).filter(user::Column::Id.eq(id)).one(connection).await?)
}

/// The person as they are now and stay until the transaction ends.
pub async fn find_unchanging(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<Option<user::Model>, Problem> {
    Ok(user::in_college(college_id).filter(user::Column::Id.eq(id)).lock_shared().one(tx).await?)
}

/// Puts another hash in the place of the one that the account was read with, unless somebody was faster: then None. One
/// statement decides.
pub async fn replace_password(
    tx: &Tx,
    account: &user::Model,
    hash: String,
    now: DateTime<Utc>,
) -> Result<Option<user::Model>, Problem> {
    use user::Column;
    let mut changed = user::update_in_college(account.college_id)
        .col_expr(Column::PasswordHash, Expr::value(hash))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(account.id))
        .filter(Column::PasswordHash.eq(&account.password_hash))
        .filter(Column::IsActive.eq(true))
        .exec_with_returning(tx)
        .await?;
    Ok(changed.pop())
}

pub async fn find_family(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    id: Uuid,
) -> Result<Option<refresh_token_family::Model>, Problem> {
    let families = refresh_token_family::in_college(college_id);
    Ok(families.filter(refresh_token_family::Column::Id.eq(id)).one(connection).await?)
}

pub async fn insert_family(tx: &Tx, family: refresh_token_family::Model) -> Result<(), Problem> {
    refresh_token_family::insert([family.into()]).exec_without_returning(tx).await?;
    Ok(())
}

/// Makes `next` the current token, unless somebody was faster. One statement decides.
pub async fn rotate(
    tx: &Tx,
    family: &refresh_token_family::Model,
    next: &RefreshToken,
    now: DateTime<Utc>,
) -> Result<bool, Problem> {
    use refresh_token_family::Column;
    let changed = refresh_token_family::update_in_college(family.college_id)
        .col_expr(Column::Generation, Expr::col(Column::Generation).add(1))
        .col_expr(Column::PreviousHash, Expr::col(Column::CurrentHash))
        .col_expr(Column::CurrentHash, Expr::value(next.hash()))
        .col_expr(Column::RotatedAt, Expr::value(now))
        .filter(Column::Id.eq(family.id))
        .filter(Column::CurrentHash.eq(family.current_hash.clone()))
        .filter(Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(changed.rows_affected == 1)
}

pub async fn revoke_family(tx: &Tx, college_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<(), Problem> {
    use refresh_token_family::Column;
    refresh_token_family::update_in_college(college_id)
        .col_expr(Column::RevokedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Revokes every sign-in of a person, perhaps but one, and tells which.
pub async fn revoke_families(
    tx: &Tx,
    college_id: Uuid,
    user_id: Uuid,
    kept: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, Problem> {
    use refresh_token_family::Column;
    let revoked = refresh_token_family::update_in_college(college_id)
        .col_expr(Column::RevokedAt, Expr::value(now))
        .filter(Column::UserId.eq(user_id))
        .filter(Column::RevokedAt.is_null())
        .apply_if(kept, |query, kept| query.filter(Column::Id.ne(kept)))
        .exec_with_returning(tx)
        .await?;
    Ok(revoked.into_iter().map(|family| family.id).collect())
}

pub async fn insert_revocation(tx: &Tx, row: &token_revocation::Model) -> Result<(), Problem> {
    use token_revocation::Column;
    let row: token_revocation::ActiveModel = row.clone().into();
    token_revocation::insert([row])
        .on_conflict(
            OnConflict::columns([Column::CollegeId, Column::SubjectId])
                .update_columns([Column::RevokedAt, Column::ExpiresAt])
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

pub async fn revocations_since(
    database: &Database,
    since: DateTime<Utc>,
) -> Result<Vec<token_revocation::Model>, Problem> {
    Ok(token_revocation::since(since).all(database.reader()).await?)
}

/// Deletes what is of no use any more: revocations of tokens that have expired, and sign-ins that have.
pub async fn purge(database: &Database, now: DateTime<Utc>) -> Result<(), Problem> {
    database
        .write(move |tx| {
            Box::pin(async move {
                token_revocation::delete_expired(now).exec(tx).await?;
                refresh_token_family::delete_expired(now).exec(tx).await?;
                Ok(())
            })
        })
        .await
}
