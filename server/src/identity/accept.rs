//! Register with a token: find what it stands for → check the password → hash → spend the token, and set the password of the
//! invited account or make the one that was asked for, if nobody was faster.

use rollcall_proto::v1::RegisterRequest;
use uuid::Uuid;

use super::{
    mailed::{self, AccountToken, accounts},
    password_rules::{self, Owner},
    register::closed,
    reset_password::invalid,
    service::Service,
    store,
};
use crate::{
    audit,
    entity::{
        account_token::{self, Purpose},
        college::Registration,
        user::{self, Role},
    },
    organisation,
    origin::Origin,
    problem::Problem,
    store::Tx,
};

impl Service {
    pub(super) async fn accept(&self, request: RegisterRequest, origin: Origin) -> Result<user::Model, Problem> {
        let (now, reader) = (self.clock.now(), self.store.database.reader());
        let token = AccountToken::parse(&self.keys.account_token, &request.token).ok_or_else(invalid)?;
        let row = mailed::find(reader, &token, now).await?.ok_or_else(invalid)?;
        let college = organisation::find_college(&self.store.database, token.college_id).await?;
        let is_open = match token.purpose {
            Purpose::PasswordReset => return Err(invalid()),
            Purpose::Invitation => college.registration != Registration::Closed,
            Purpose::Registration => college.registration == Registration::Open,
        };
        if !is_open {
            return Err(closed());
        }
        let email = match row.user_id {
            Some(id) => {
                let account = store::find_user(reader, token.college_id, id).await?;
                account.filter(|account| mailed::is_as_it_was(account, &row)).map(|account| account.email)
            }
            None => row.email.clone(),
        };
        let email = email.ok_or_else(invalid)?;
        let owner = Owner { email: &email, college: &college.short_name };
        password_rules::check("password", &request.password, owner)?;
        let hash = self.passwords.hash(request.password).await?;
        let name = Some(request.username).filter(|name| !name.is_empty());
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    let (account, action) = match row.user_id {
                        Some(id) => (confirm(tx, &token, &row, id, hash, name, now).await?, "invitation.accepted"),
                        None => (make(tx, &token, row, hash, name, now).await?, "user.registered"),
                    };
                    let deed = audit::Row::new(account.college_id, action, now)
                        .actor(account.id)
                        .object("user", account.id)
                        .from(&origin);
                    audit::insert(tx, deed).await?;
                    Ok(account)
                })
            })
            .await
    }
}

/// The invited account, with its first password.
async fn confirm(
    tx: &Tx,
    token: &AccountToken,
    row: &account_token::Model,
    id: Uuid,
    hash: String,
    name: Option<String>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<user::Model, Problem> {
    // The account first, as everybody locks it who makes tokens of it.
    let found = accounts::lock_user(tx, token.college_id, id).await?;
    let account = found.filter(|found| mailed::is_as_it_was(found, row)).ok_or_else(invalid)?;
    if !mailed::spend(tx, token, now).await? {
        return Err(invalid());
    }
    let account = store::replace_password(tx, &account, hash, now).await?.ok_or_else(invalid)?;
    mailed::delete_all(tx, account.college_id, account.id).await?;
    match name {
        Some(name) => accounts::rename(tx, account, name).await,
        None => Ok(account),
    }
}

/// The account that was asked for: never another role than a student's.
async fn make(
    tx: &Tx,
    token: &AccountToken,
    row: account_token::Model,
    hash: String,
    name: Option<String>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<user::Model, Problem> {
    if !mailed::spend(tx, token, now).await? {
        return Err(invalid());
    }
    let (Some(email), Some(asked_name)) = (row.email, row.username) else { return Err(invalid()) };
    let account = user::Model {
        college_id: token.college_id,
        id: Uuid::now_v7(),
        email,
        username: name.unwrap_or(asked_name),
        password_hash: hash,
        role: Role::Student,
        is_active: true,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    // Somebody may have made an account for the address meanwhile; its owner is invited to that one.
    if accounts::insert_user(tx, account.clone()).await? { Ok(account) } else { Err(invalid()) }
}
