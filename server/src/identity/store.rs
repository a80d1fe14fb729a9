//! The queries of this slice.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, ExprTrait as _, FromQueryResult, QueryFilter as _, QuerySelect as _,
    QueryTrait as _, Statement,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{family::RefreshToken, password};
use crate::{
    entity::{account_token, college, refresh_token_family, signing_key, token_revocation, unconfirmed_mail, user},
    problem::Problem,
    store::{Database, ROWS_PER_STATEMENT, Tx, put_rows},
};

/// The account that an address and a college's short name mean.
pub async fn find_account(
    database: &Database,
    email: &str,
    college_short_name: &str,
) -> Result<Option<user::Model>, Problem> {
    let reader = database.reader();
    let Some(college) = college::by_short_name(college_short_name).one(reader).await? else { return Ok(None) };
    Ok(user::in_college(college.id).filter(user::Column::Email.eq(email)).one(reader).await?)
}

/// Hashes that were not made here, of no more accounts than it takes to know: what takes another time.
pub async fn hashes_from_elsewhere(database: &Database) -> Result<Vec<String>, Problem> {
    let column = user::Column::PasswordHash;
    let hashes = user::in_any_college().select_only().column(column).filter(column.like("$%"));
    let hashes = hashes.filter(column.not_like(format!("{}%", password::OWN))).limit(1000);
    Ok(hashes.into_tuple().all(database.reader()).await?)
}

/// So many accounts of one address are tried where a login names no college. The oldest come first: nobody can push an account
/// out of the list by making others.
pub const MOST_MEANT: u32 = 5;

/// An account that a login may mean, and whether it knows where the login comes from.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Meant {
    pub college_id: Uuid,
    pub id: Uuid,
    pub knows_device: bool,
    pub knows_address: bool,
}

/// Those that an address and, where it was given, a college's short name may mean. One question for every account and none,
/// so that the time tells nothing.
pub async fn find_meant(
    database: &Database,
    email: &str,
    college_short_name: &str,
    device_id: &str,
    address_key: &str,
) -> Result<Vec<Meant>, Problem> {
    let reader = database.reader();
    let statement = Statement::from_sql_and_values(
        reader.get_database_backend(),
        "SELECT u.college_id, u.id,
             EXISTS (SELECT 1 FROM refresh_token_families f WHERE f.college_id = u.college_id AND f.user_id = u.id
                 AND f.device_id = $3 AND f.device_id <> '') AS knows_device,
             EXISTS (SELECT 1 FROM refresh_token_families f WHERE f.college_id = u.college_id AND f.user_id = u.id
                 AND f.address_key = $4) AS knows_address
         FROM users u JOIN colleges c ON c.id = u.college_id
         WHERE u.email = $1 AND ($2 = '' OR c.short_name = $2)
         ORDER BY CASE WHEN u.is_active AND u.password_hash <> '' THEN 0 ELSE 1 END, u.id LIMIT $5",
        [email.into(), college_short_name.into(), device_id.into(), address_key.into(), i64::from(MOST_MEANT).into()],
    );
    Ok(Meant::find_by_statement(statement).all(reader).await?)
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

/// Revokes every sign-in of many people, and tells which.
pub async fn revoke_families_of_all(
    tx: &Tx,
    college_id: Uuid,
    user_ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, Problem> {
    use refresh_token_family::Column;
    let mut revoked = Vec::new();
    for some in user_ids.chunks(ROWS_PER_STATEMENT) {
        let theirs = refresh_token_family::update_in_college(college_id)
            .col_expr(Column::RevokedAt, Expr::value(now))
            .filter(Column::UserId.is_in(some.iter().copied()))
            .filter(Column::RevokedAt.is_null());
        revoked.extend(theirs.exec_with_returning(tx).await?.into_iter().map(|family| family.id));
    }
    Ok(revoked)
}

pub async fn insert_revocations(tx: &Tx, rows: Vec<token_revocation::Model>) -> Result<(), Problem> {
    use token_revocation::Column;
    let known = OnConflict::columns([Column::CollegeId, Column::SubjectId])
        .update_columns([Column::RevokedAt, Column::ExpiresAt])
        .to_owned();
    Ok(put_rows(tx, rows, token_revocation::insert, known).await?)
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

/// The keys that took over from the first one, or are going to, in order.
pub async fn signing_keys(database: &Database) -> Result<Vec<signing_key::Model>, Problem> {
    Ok(signing_key::in_order().all(database.reader()).await?)
}

/// For so long after its last sign-in has expired an account still knows a device, so that one that comes back after the
/// holidays is not taken for a stranger.
const DEVICE_MEMORY: TimeDelta = TimeDelta::days(90);

/// Deletes what is of no use any more: revocations of tokens that have expired, mailed tokens that have, and sign-ins that
/// have long.
pub async fn purge(database: &Database, now: DateTime<Utc>) -> Result<(), Problem> {
    database
        .write(move |tx| {
            Box::pin(async move {
                token_revocation::delete_expired(now).exec(tx).await?;
                account_token::delete_expired(now).exec(tx).await?;
                unconfirmed_mail::delete_before(now.date_naive()).exec(tx).await?;
                refresh_token_family::delete_expired(now - DEVICE_MEMORY).exec(tx).await?;
                Ok(())
            })
        })
        .await
}
