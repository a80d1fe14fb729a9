//! Register without a token: check the college → count → write down that somebody asked → answer. Whether the address has an
//! account is looked up by a job afterwards, so that neither the answer nor its time can tell. With a token: `accept`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rollcall_proto::v1::RegisterRequest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    mailed::{self, Outbox, accounts},
    service::Service,
};
use crate::{
    audit,
    contract::email_fault,
    entity::{
        college::{self, Registration},
        user::{self, Role},
    },
    jobs::{self, End, Failure, Job},
    keys::Keys,
    origin::Origin,
    problem::{ErrorReason, Problem, Violation},
    store::Tx,
};

pub const KIND: &str = "identity.register";

/// What somebody asked.
#[derive(Serialize, Deserialize)]
struct Asked {
    college_id: Uuid,
    email: String,
    username: String,
    origin: Origin,
    /// More was asked for at this address than may be sent. It is written down all the same, so that the time of the answer
    /// does not tell.
    #[serde(default)]
    is_too_much: bool,
}

impl Service {
    /// Somebody who can sign in now; none where a mail comes first.
    pub(super) async fn register(
        &self,
        request: RegisterRequest,
        origin: Origin,
    ) -> Result<Option<user::Model>, Problem> {
        check(&request)?;
        if !request.token.is_empty() {
            return self.accept(request, origin).await.map(Some);
        }
        self.outbox.require()?;
        let short_name = request.college.trim().to_lowercase();
        let college = accounts::find_college(&self.store.database, &short_name).await?;
        let college = college.filter(|college| college.registration == Registration::Open).ok_or_else(closed)?;
        let email = request.email.trim().to_lowercase();
        self.admit_asking("registration-asked", &email, &origin).await?;
        let is_too_much = !self.outbox.may_register(college.id, &email).await;
        let asked = Asked { college_id: college.id, email, username: request.username, origin, is_too_much };
        self.ask(KIND, asked).await?;
        Ok(None)
    }

    /// The job: offers an account, or tells that there is one.
    pub(super) async fn offer_account(self: Arc<Self>, job: Job) -> Result<End, Failure> {
        let Asked { college_id, email, username, origin, is_too_much } = job.payload()?;
        let (now, keys, outbox) = (self.clock.now(), self.keys.clone(), self.outbox.clone());
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    if is_too_much {
                        return job.finish(tx).await;
                    }
                    let mut row = audit::Row::new(college_id, "registration.asked", now).from(&origin);
                    let offered = match accounts::lock_user_by_email(tx, college_id, &email).await? {
                        None => mailed::offer_registration(tx, &keys, &outbox, college_id, email, username, now).await,
                        Some(account) => {
                            row = row.object("user", account.id);
                            offer_existing(tx, &keys, &outbox, &account, now).await
                        }
                    };
                    match offered {
                        Ok(true) => audit::insert(tx, row).await?,
                        Ok(false) => {}
                        // The college has sent enough on this day; whoever asked can ask again tomorrow.
                        Err(problem) if problem.reason == ErrorReason::RateLimited => {}
                        Err(problem) => return Err(problem),
                    }
                    job.finish(tx).await
                })
            })
            .await?;
        jobs::announce(&self.store.bus);
        Ok(End::Finished)
    }
}

/// Sends what somebody needs who has an account already. False where that is nothing.
async fn offer_existing(
    tx: &Tx,
    keys: &Keys,
    outbox: &Outbox,
    account: &user::Model,
    now: DateTime<Utc>,
) -> Result<bool, Problem> {
    // Who is not active is told nothing.
    if !account.is_active {
        return Ok(false);
    }
    if account.has_password() {
        mailed::tell_already_registered(tx, account, now).await?;
        return Ok(true);
    }
    let invitation = mailed::find_invitation(tx, account, now).await?;
    match invitation.filter(|invitation| mailed::is_as_it_was(account, invitation)) {
        // The mail that was sent before stays good: whoever asks must not end it.
        Some(invitation) => mailed::invite_again(tx, outbox, &invitation, now).await?,
        None if account.role == Role::Student => _ = mailed::invite(tx, keys, outbox, account, now).await?,
        // Where anybody may register, that makes students. Whether staff begins is for the college to say.
        None => return Ok(false),
    }
    Ok(true)
}

/// Each way has fields of its own.
fn check(request: &RegisterRequest) -> Result<(), Problem> {
    let mut violations = Vec::new();
    let mut fault = |field: &str, description: &str| {
        violations.push(Violation { field: field.to_owned(), description: description.to_owned() });
    };
    if request.token.is_empty() {
        if let Some(found) = email_fault(request.email.trim()) {
            fault("email", found);
        }
        if request.username.is_empty() {
            fault("username", "is required");
        }
        if request.college.is_empty() {
            fault("college", "is required");
        }
        if !request.password.is_empty() {
            fault("password", "must be left out: it is chosen with the link in the mail");
        }
    } else {
        for (field, value) in [("email", &request.email), ("college", &request.college)] {
            if !value.is_empty() {
                fault(field, "must be left out beside a token");
            }
        }
        if request.password.is_empty() {
            fault("password", "is required");
        }
    }
    if violations.is_empty() { Ok(()) } else { Err(Problem::invalid(ErrorReason::InvalidField, violations)) }
}

/// Whether people of a college may choose their first password by invitation.
pub fn check_invitations(college: &college::Model) -> Result<(), Problem> {
    if college.registration == Registration::Closed { Err(closed()) } else { Ok(()) }
}

/// Said alike of a college that is not there.
pub fn closed() -> Problem {
    Problem::new(ErrorReason::RegistrationClosed, "Nobody can register at this college in this way.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_has_fields_of_its_own() {
        let request = |token: &str, email: &str, username: &str, password: &str, college: &str| {
            let [token, email, username, password, college] =
                [token, email, username, password, college].map(str::to_owned);
            RegisterRequest { token, email, username, password, college }
        };
        let table: [(RegisterRequest, &[&str]); 8] = [
            (request("t", "", "", "p", ""), &[]),
            (request("t", "", "Maple", "p", ""), &[]),
            (request("t", "", "", "", ""), &["password"]),
            (request("t", "maple@a.example", "", "p", "demo"), &["email", "college"]),
            (request("", "maple@a.example", "Maple", "", "demo"), &[]),
            (request("", "", "", "", ""), &["email", "username", "college"]),
            (request("", "maple", "Maple", "", "demo"), &["email"]),
            (request("", "maple@a.example", "Maple", "p", "demo"), &["password"]),
        ];
        for (request, expected) in table {
            let found = check(&request).err().map(|problem| problem.violations).unwrap_or_default();
            let found: Vec<_> = found.iter().map(|violation| violation.field.as_str()).collect();
            assert_eq!(found, expected, "{request:?}");
        }
    }
}
