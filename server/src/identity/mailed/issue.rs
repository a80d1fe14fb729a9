//! Making tokens, and writing down which mails are to go out, in the transaction of what causes them.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    outbox::Outbox,
    send::{self, Mail},
    store,
    token::{self, AccountToken},
};
use crate::{
    entity::{
        account_token::{Model, Purpose},
        user,
    },
    jobs,
    keys::Keys,
    problem::Problem,
    store::Tx,
};

/// What an attacker who reads somebody's mail later shall find useless.
pub const RESET_LIFE: TimeDelta = TimeDelta::minutes(15);
const REGISTRATION_LIFE: TimeDelta = TimeDelta::hours(24);

/// Invites somebody to choose their first password. The last invitation is the only one; whoever calls has locked or just
/// made the account. Gives the time until which it is good. Refused where the college has sent enough on this day.
pub async fn invite(
    tx: &Tx,
    keys: &Keys,
    outbox: &Outbox,
    account: &user::Model,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, Problem> {
    outbox.admit_unconfirmed(tx, account.college_id, 1, now).await?;
    let life = outbox.invitation_life()?;
    store::delete_invitation(tx, account.college_id, account.id).await?;
    offer(tx, keys, of_account(account, Purpose::Invitation, now, life), now).await?;
    Ok(now + life)
}

/// The same of many accounts of a college that were just made, in few statements. All other mail overtakes theirs.
pub async fn invite_all(
    tx: &Tx,
    keys: &Keys,
    outbox: &Outbox,
    accounts: &[user::Model],
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let Some(first) = accounts.first() else { return Ok(()) };
    outbox.admit_unconfirmed(tx, first.college_id, accounts.len(), now).await?;
    let life = outbox.invitation_life()?;
    let row = |account| {
        let row = of_account(account, Purpose::Invitation, now, life);
        let token = AccountToken::derive(&keys.account_token, row.purpose, row.college_id, row.id);
        Model { secret_hash: token.hash(), ..row }
    };
    let rows: Vec<_> = accounts.iter().map(row).collect();
    let mails: Vec<_> = rows.iter().map(|row| Mail::Token { college_id: row.college_id, token_id: row.id }).collect();
    store::insert_all(tx, rows).await?;
    jobs::insert_all(tx, send::IMPORTED, mails, now).await
}

/// Sends an invitation once more that is good already.
pub async fn invite_again(tx: &Tx, outbox: &Outbox, invitation: &Model, now: DateTime<Utc>) -> Result<(), Problem> {
    outbox.admit_unconfirmed(tx, invitation.college_id, 1, now).await?;
    let mail = Mail::Token { college_id: invitation.college_id, token_id: invitation.id };
    jobs::insert(tx, send::INVITED, &mail, now).await
}

/// Offers another password, unless there are enough offers that are good now. They stay so: mails may arrive in any order,
/// and the first that is used ends the others with the password. Whoever calls has locked the account.
pub async fn offer_reset(
    tx: &Tx,
    keys: &Keys,
    outbox: &Outbox,
    account: &user::Model,
    now: DateTime<Utc>,
) -> Result<bool, Problem> {
    if !outbox.may_reset(store::count_live_resets(tx, account, now).await?) {
        return Ok(false);
    }
    offer(tx, keys, of_account(account, Purpose::PasswordReset, now, RESET_LIFE), now).await?;
    Ok(true)
}

/// Offers an account to whoever has the mailbox of an address. Refused where the college has sent enough on this day.
pub async fn offer_registration(
    tx: &Tx,
    keys: &Keys,
    outbox: &Outbox,
    college_id: Uuid,
    email: String,
    username: String,
    now: DateTime<Utc>,
) -> Result<bool, Problem> {
    outbox.admit_unconfirmed(tx, college_id, 1, now).await?;
    store::delete_registration(tx, college_id, &email).await?;
    let row = Model {
        email: Some(email),
        username: Some(username),
        ..blank(college_id, Purpose::Registration, now, REGISTRATION_LIFE)
    };
    offer(tx, keys, row, now).await?;
    Ok(true)
}

/// Tells the mailbox that an account had until now that it has another one. Nobody is told whose account it never was: who
/// has no password has not shown that the address is theirs.
pub async fn tell_address_changed(
    tx: &Tx,
    outbox: &Outbox,
    before: &user::Model,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if !outbox.is_configured() || !before.has_password() {
        return Ok(());
    }
    let mail = Mail::AddressChanged { college_id: before.college_id, email: before.email.clone(), at: now };
    jobs::insert(tx, send::KIND, &mail, now).await
}

/// Tells somebody that their password is another one now. Where no mail is sent, nobody is told.
pub async fn tell_changed(tx: &Tx, outbox: &Outbox, account: &user::Model, now: DateTime<Utc>) -> Result<(), Problem> {
    if !outbox.is_configured() {
        return Ok(());
    }
    let mail = Mail::PasswordChanged { college_id: account.college_id, user_id: account.id, at: now };
    jobs::insert(tx, send::KIND, &mail, now).await
}

/// Tells somebody who asks for an account that there is one.
pub async fn tell_already_registered(tx: &Tx, account: &user::Model, now: DateTime<Utc>) -> Result<(), Problem> {
    let mail = Mail::AlreadyRegistered { college_id: account.college_id, user_id: account.id };
    jobs::insert(tx, send::KIND, &mail, now).await
}

async fn offer(tx: &Tx, keys: &Keys, row: Model, now: DateTime<Utc>) -> Result<(), Problem> {
    let token = AccountToken::derive(&keys.account_token, row.purpose, row.college_id, row.id);
    let mail = Mail::Token { college_id: row.college_id, token_id: row.id };
    let kind = if row.purpose == Purpose::Invitation { send::INVITED } else { send::KIND };
    store::insert(tx, Model { secret_hash: token.hash(), ..row }).await?;
    jobs::insert(tx, kind, &mail, now).await
}

fn of_account(account: &user::Model, purpose: Purpose, now: DateTime<Utc>, life: TimeDelta) -> Model {
    Model {
        user_id: Some(account.id),
        account_state: Some(token::state(account)),
        ..blank(account.college_id, purpose, now, life)
    }
}

/// Not yet of anybody, and without its secret.
fn blank(college_id: Uuid, purpose: Purpose, now: DateTime<Utc>, life: TimeDelta) -> Model {
    Model {
        college_id,
        // All of it is random: the secret is derived from it, and an UUIDv7 would leave it to the clock in part.
        id: Uuid::from_bytes(rand::random()),
        purpose,
        user_id: None,
        email: None,
        username: None,
        secret_hash: Vec::new(),
        account_state: None,
        created_at: now,
        expires_at: now + life,
    }
}
