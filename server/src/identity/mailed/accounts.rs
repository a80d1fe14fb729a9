//! The accounts that mails are about. Whoever makes or spends a token of an account locks the account first.

use sea_orm::{
    ColumnTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use crate::{
    entity::{college, user},
    identity::store as identity_store,
    problem::Problem,
    store::{Database, Tx, constraint},
};

/// The accounts that an address and, where it was given, a college's short name mean.
pub async fn find_accounts(
    database: &Database,
    email: &str,
    college_short_name: &str,
) -> Result<Vec<user::Model>, Problem> {
    if college_short_name.is_empty() {
        return Ok(user::by_email(email).all(database.reader()).await?);
    }
    Ok(identity_store::find_account(database, email, college_short_name).await?.into_iter().collect())
}

pub async fn find_college(database: &Database, short_name: &str) -> Result<Option<college::Model>, Problem> {
    Ok(college::by_short_name(short_name).one(database.reader()).await?)
}

/// The person as they are now: nobody else can change them, or make a token of them, until the transaction ends.
pub async fn lock_user(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<Option<user::Model>, Problem> {
    let person = user::in_college(college_id).filter(user::Column::Id.eq(id));
    Ok(person.lock(LockType::NoKeyUpdate).one(tx).await?)
}

/// The same by the address.
pub async fn lock_user_by_email(tx: &Tx, college_id: Uuid, email: &str) -> Result<Option<user::Model>, Problem> {
    let person = user::in_college(college_id).filter(user::Column::Email.eq(email));
    Ok(person.lock(LockType::NoKeyUpdate).one(tx).await?)
}

/// Gives a locked person another name.
pub async fn rename(tx: &Tx, account: user::Model, username: String) -> Result<user::Model, Problem> {
    user::update_in_college(account.college_id)
        .col_expr(user::Column::Username, Expr::value(username.as_str()))
        .filter(user::Column::Id.eq(account.id))
        .exec(tx)
        .await?;
    Ok(user::Model { username, ..account })
}

/// False where the college has the address already.
pub async fn insert_user(tx: &Tx, account: user::Model) -> Result<bool, Problem> {
    match user::insert([account.into()]).exec_without_returning(tx).await {
        Ok(_) => Ok(true),
        Err(error) if constraint::broken_unique(&error) == Some("uq_users_email") => Ok(false),
        Err(error) => Err(error.into()),
    }
}
