//! The queries of mailed tokens.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, PaginatorTrait as _, QueryFilter as _, Statement, sea_query::OnConflict,
};
use uuid::Uuid;

use super::token::{self, AccountToken};
use crate::{
    entity::{
        account_token::{self, Column, Model, Purpose},
        user,
    },
    problem::Problem,
    store::{Tx, put_rows},
};

/// Adds tokens of accounts that had none.
pub async fn insert_all(tx: &Tx, rows: Vec<Model>) -> Result<(), Problem> {
    let none = OnConflict::columns([Column::CollegeId, Column::Id]).do_nothing().to_owned();
    Ok(put_rows(tx, rows, account_token::insert, none).await?)
}

/// What a token that is still good stands for.
pub async fn find(
    connection: &impl ConnectionTrait,
    token: &AccountToken,
    now: DateTime<Utc>,
) -> Result<Option<Model>, Problem> {
    Ok(account_token::in_college(token.college_id)
        .filter(Column::Id.eq(token.id))
        .filter(Column::Purpose.eq(token.purpose))
        .filter(Column::SecretHash.eq(token.hash()))
        .filter(Column::ExpiresAt.gt(now))
        .one(connection)
        .await?)
}

/// What waits to be sent names its token by id.
pub async fn find_by_id(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Model>, Problem> {
    Ok(account_token::in_college(college_id)
        .filter(Column::Id.eq(id))
        .filter(Column::ExpiresAt.gt(now))
        .one(connection)
        .await?)
}

/// Uses a token up. One statement decides who of many has it.
pub async fn spend(tx: &Tx, token: &AccountToken, now: DateTime<Utc>) -> Result<bool, Problem> {
    let spent = account_token::delete_in_college(token.college_id)
        .filter(Column::Id.eq(token.id))
        .filter(Column::Purpose.eq(token.purpose))
        .filter(Column::SecretHash.eq(token.hash()))
        .filter(Column::ExpiresAt.gt(now))
        .exec(tx)
        .await?;
    Ok(spent.rows_affected == 1)
}

pub async fn insert(tx: &Tx, row: Model) -> Result<(), Problem> {
    account_token::insert([row.into()]).exec_without_returning(tx).await?;
    Ok(())
}

/// The invitation that somebody has now.
pub async fn find_invitation(tx: &Tx, account: &user::Model, now: DateTime<Utc>) -> Result<Option<Model>, Problem> {
    Ok(account_token::in_college(account.college_id)
        .filter(Column::UserId.eq(account.id))
        .filter(Column::Purpose.eq(Purpose::Invitation))
        .filter(Column::ExpiresAt.gt(now))
        .one(tx)
        .await?)
}

/// How many links to another password somebody has that are good now.
pub async fn count_live_resets(tx: &Tx, account: &user::Model, now: DateTime<Utc>) -> Result<u64, Problem> {
    Ok(account_token::in_college(account.college_id)
        .filter(Column::UserId.eq(account.id))
        .filter(Column::Purpose.eq(Purpose::PasswordReset))
        .filter(Column::AccountState.eq(token::state(account)))
        .filter(Column::ExpiresAt.gt(now))
        .count(tx)
        .await?)
}

/// Counts mails of a day, unless they would be more than a college may send. One statement decides.
pub async fn count_unconfirmed(
    tx: &Tx,
    college_id: Uuid,
    day: NaiveDate,
    mails: i64,
    most: i64,
) -> Result<bool, Problem> {
    let statement = Statement::from_sql_and_values(
        tx.get_database_backend(),
        "INSERT INTO unconfirmed_mails (college_id, day, mails) SELECT $1, $2, $3 WHERE $3 <= $4
         ON CONFLICT (college_id, day) DO UPDATE SET mails = unconfirmed_mails.mails + excluded.mails
         WHERE unconfirmed_mails.mails + excluded.mails <= $4",
        [college_id.into(), day.into(), mails.into(), most.into()],
    );
    Ok(tx.execute_raw(statement).await?.rows_affected() == 1)
}

/// Takes back the invitation that somebody has.
pub async fn delete_invitation(tx: &Tx, college_id: Uuid, user_id: Uuid) -> Result<(), Problem> {
    account_token::delete_in_college(college_id)
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Purpose.eq(Purpose::Invitation))
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes back the registration that was offered to an address.
pub async fn delete_registration(tx: &Tx, college_id: Uuid, email: &str) -> Result<(), Problem> {
    account_token::delete_in_college(college_id)
        .filter(Column::Email.eq(email))
        .filter(Column::Purpose.eq(Purpose::Registration))
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes back whatever was mailed to somebody who is deleted, also before there was an account.
pub async fn forget(tx: &Tx, account: &user::Model) -> Result<(), Problem> {
    delete_all(tx, account.college_id, account.id).await?;
    delete_registration(tx, account.college_id, &account.email).await
}

/// Takes back whatever was mailed to somebody: their account is not any more what it was bound to.
pub async fn delete_all(tx: &Tx, college_id: Uuid, user_id: Uuid) -> Result<(), Problem> {
    account_token::delete_in_college(college_id).filter(Column::UserId.eq(user_id)).exec(tx).await?;
    Ok(())
}
