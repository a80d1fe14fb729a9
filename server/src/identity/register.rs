//! Register without a token: check the college → count → write down that somebody asked → answer. Whether the address has an
//! account is looked up by a job afterwards, so that neither the answer nor its time can tell. With a token: `accept`.

use std::sync::Arc;

use rollcall_proto::v1::RegisterRequest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    mailed::{self, accounts},
    service::Service,
};
use crate::{
    audit,
    contract::is_email,
    entity::{
        college::{self, Registration},
        user,
    },
    jobs::{self, End, Failure, Job},
    origin::Origin,
    problem::{ErrorReason, Problem, Violation},
};

pub const KIND: &str = "identity.register";

/// What somebody asked.
#[derive(Serialize, Deserialize)]
struct Asked {
    college_id: Uuid,
    email: String,
    username: String,
    origin: Origin,
}

impl Service {
    /// Somebody who can sign in now; none where a mail comes first.
    pub(super) async fn sign_up(
        &self,
        request: RegisterRequest,
        origin: Origin,
    ) -> Result<Option<user::Model>, Problem> {
        check(&request)?;
        if !request.token.is_empty() {
            return self.accept(request, origin).await.map(Some);
        }
        self.mailer.require()?;
        let short_name = request.college.trim().to_lowercase();
        let college = accounts::find_college(&self.store.database, &short_name).await?;
        let college = college.filter(|college| college.registration == Registration::Open).ok_or_else(closed)?;
        let email = request.email.trim().to_lowercase();
        self.admit_asking(&email, &origin).await?;
        self.ask(KIND, Asked { college_id: college.id, email, username: request.username, origin }).await?;
        Ok(None)
    }

    /// The job: offers an account, or tells that there is one.
    pub(super) async fn offer_account(self: Arc<Self>, job: Job) -> Result<End, Failure> {
        let Asked { college_id, email, username, origin } = job.payload()?;
        let may_mail = self.may_mail(college_id, &email).await;
        let (now, keys, mailer) = (self.clock.now(), self.keys.clone(), self.mailer.clone());
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    if !may_mail {
                        return job.finish(tx).await;
                    }
                    let row = audit::Row::new(college_id, "registration.asked", now).from(&origin);
                    match accounts::lock_user_by_email(tx, college_id, &email).await? {
                        None => {
                            mailed::offer_registration(tx, &keys, college_id, email, username, now).await?;
                            audit::insert(tx, row).await?;
                        }
                        // Who is not active is told nothing.
                        Some(account) if !account.is_active => {}
                        Some(account) if account.password_hash.is_empty() => {
                            mailed::invite(tx, &keys, &mailer, &account, now).await?;
                            audit::insert(tx, row.object("user", account.id)).await?;
                        }
                        Some(account) => {
                            mailed::tell_already_registered(tx, &account, now).await?;
                            audit::insert(tx, row.object("user", account.id)).await?;
                        }
                    }
                    job.finish(tx).await
                })
            })
            .await?;
        jobs::announce(&self.store.bus);
        Ok(End::Finished)
    }
}

/// Each way has fields of its own.
fn check(request: &RegisterRequest) -> Result<(), Problem> {
    let mut violations = Vec::new();
    let mut fault = |field: &str, description: &str| {
        violations.push(Violation { field: field.to_owned(), description: description.to_owned() });
    };
    if request.token.is_empty() {
        if !is_email(request.email.trim()) {
            fault("email", "must be an e-mail address");
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
