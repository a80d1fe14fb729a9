//! ForgotPassword: count → write down that somebody asked → answer. Whether there is such an account is looked up by a job
//! afterwards, so that neither the answer nor its time can tell: lock → make a token → have it mailed.

use std::{sync::Arc, time::Duration};

use rollcall_proto::v1::ForgotPasswordRequest;
use serde::{Deserialize, Serialize};

use super::{
    mailed::{self, accounts},
    service::Service,
};
use crate::{
    audit,
    entity::user,
    jobs::{self, End, Failure, Job},
    origin::Origin,
    problem::Problem,
    store::{Limit, address_key},
};

pub const KIND: &str = "identity.forgot_password";

/// What somebody asked.
#[derive(Serialize, Deserialize)]
struct Asked {
    email: String,
    college: String,
    origin: Origin,
}

impl Service {
    pub(super) async fn forgot_password(&self, request: ForgotPasswordRequest, origin: Origin) -> Result<(), Problem> {
        let asked = Asked {
            email: request.email.trim().to_lowercase(),
            college: request.college.trim().to_lowercase(),
            origin,
        };
        self.admit_asking("reset-asked", &asked.email, &asked.origin).await?;
        if !self.outbox.is_configured() {
            // The answer is the same for everybody, so this is for the operator to see.
            tracing::warn!("somebody has forgotten a password, and no mail can be sent: SMTP_HOST is not set");
            return Ok(());
        }
        self.ask(KIND, asked).await
    }

    /// Writes down what is decided later.
    pub(super) async fn ask(
        &self,
        kind: &'static str,
        asked: impl Serialize + Send + Sync + 'static,
    ) -> Result<(), Problem> {
        let now = self.clock.now();
        self.store.database.write(move |tx| Box::pin(async move { jobs::insert(tx, kind, &asked, now).await })).await?;
        jobs::announce(&self.store.bus);
        Ok(())
    }

    /// Counts whoever asks for mail of a kind, whatever the address: known and unknown ones alike, as often as logins.
    pub(super) async fn admit_asking(&self, kind: &'static str, email: &str, origin: &Origin) -> Result<(), Problem> {
        let Some(limit) = Limit::new(kind, self.limits.login_per_minute, Duration::from_secs(60)) else {
            return Ok(());
        };
        let address = origin.address.map(address_key).unwrap_or_default();
        self.store.limiter.count(limit, &format!("{email}:{address}")).await.admit()
    }

    /// The job.
    pub(super) async fn offer_resets(self: Arc<Self>, job: Job) -> Result<End, Failure> {
        let Asked { email, college, origin } = job.payload()?;
        let accounts = accounts::find_accounts(&self.store.database, &email, &college).await?;
        let (now, keys, outbox) = (self.clock.now(), self.keys.clone(), self.outbox.clone());
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    for account in accounts {
                        let found = accounts::lock_user(tx, account.college_id, account.id).await?;
                        let Some(account) = found.filter(may_reset) else { continue };
                        // Whoever asks is not told that there are enough links in the mailbox.
                        if !mailed::offer_reset(tx, &keys, &outbox, &account, now).await? {
                            continue;
                        }
                        let row = audit::Row::new(account.college_id, "password.reset_asked", now)
                            .object("user", account.id)
                            .from(&origin);
                        audit::insert(tx, row).await?;
                    }
                    job.finish(tx).await
                })
            })
            .await?;
        jobs::announce(&self.store.bus);
        Ok(End::Finished)
    }
}

/// An account that never had a password is waiting for its invitation.
fn may_reset(account: &user::Model) -> bool {
    account.is_active && account.deleted_at.is_none() && account.has_password()
}
