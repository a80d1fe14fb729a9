//! Login: count → find → verify → open a family → answer.

use std::time::Duration;

use chrono::TimeDelta;
use rollcall_proto::v1::LoginRequest;
use uuid::Uuid;

use super::{access_token::Subject, family::RefreshToken, service::Service, store};
use crate::{
    audit,
    entity::{refresh_token_family, user},
    origin::Origin,
    problem::{ErrorReason, Problem},
    store::{Count, Limit, Outcome, address_key},
};

/// Somebody who has signed in.
pub struct SignIn {
    pub access_token: String,
    pub refresh_token: String,
    pub user: user::Model,
}

impl Service {
    pub(super) async fn sign_in(&self, request: LoginRequest, origin: Origin) -> Result<SignIn, Problem> {
        let email = request.email.trim().to_lowercase();
        let college = request.college.trim().to_lowercase();
        let account = store::find_account(&self.store.database, &email, &college).await?;
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let matches = self.passwords.verify(request.password, hash).await?;
        match account {
            Some(account) if matches && account.is_active => self.open_family(account, request.device_id, origin).await,
            account => {
                if let Some(account) = account {
                    // Not waited for: a known account must not answer later than an unknown one.
                    let (database, now) = (self.store.database.clone(), self.clock.now());
                    let row = audit::Row::new(account.college_id, "login.refused", now).actor(account.id).from(&origin);
                    // Under a flood of guesses the limits' own counts tell enough.
                    if let Ok(permit) = self.refusals.clone().try_acquire_owned() {
                        tokio::spawn(async move {
                            let _permit = permit;
                            audit::write(&database, row).await
                        });
                    }
                }
                metrics::counter!("rollcall_logins_total", "result" => "refused").increment(1);
                Err(Problem::new(ErrorReason::CredentialsInvalid, "The account and password do not match."))
            }
        }
    }

    /// Per account and address, so that nobody can lock somebody else out; and per address, well above a class. A refusal is
    /// the last.
    pub(super) async fn count(&self, email: &str, origin: &Origin) -> Vec<Count> {
        let minute = Duration::from_secs(60);
        let email = email.trim().to_lowercase();
        let address = origin.address.map(address_key).unwrap_or_default();
        let limits = [
            (Limit::new("login", self.limits.login_per_minute, minute), format!("{email}:{address}")),
            (Limit::new("login-address", self.limits.login_per_address_per_minute, minute), address),
        ];
        let mut counts = Vec::new();
        for (limit, key) in limits {
            let Some(limit) = limit else { continue };
            let count = self.store.limiter.count(limit, &key).await;
            counts.push(count);
            if matches!(count.outcome, Outcome::Refused { .. }) {
                break;
            }
        }
        counts
    }

    async fn open_family(&self, user: user::Model, device_id: String, origin: Origin) -> Result<SignIn, Problem> {
        let now = self.clock.now();
        let family_id = Uuid::now_v7();
        let token = RefreshToken::derive(&self.keys.refresh_token, user.college_id, family_id, 0);
        let life = TimeDelta::from_std(self.options.refresh_token_life).map_err(Problem::internal)?;
        let family = refresh_token_family::Model {
            college_id: user.college_id,
            id: family_id,
            user_id: user.id,
            device_id,
            generation: 0,
            current_hash: token.hash(),
            previous_hash: None,
            rotated_at: now,
            created_at: now,
            expires_at: now + life,
            revoked_at: None,
        };
        let row =
            audit::Row::new(user.college_id, "login", now).actor(user.id).object("sign_in", family_id).from(&origin);
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    store::insert_family(tx, family).await?;
                    audit::insert(tx, row).await
                })
            })
            .await?;
        metrics::counter!("rollcall_logins_total", "result" => "accepted").increment(1);
        self.answer_for(user, family_id, &token)
    }

    pub(super) fn answer_for(
        &self,
        user: user::Model,
        family_id: Uuid,
        token: &RefreshToken,
    ) -> Result<SignIn, Problem> {
        let subject = Subject { college_id: user.college_id, user_id: user.id, role: user.role, family_id };
        Ok(SignIn { access_token: self.tokens.issue(&subject, self.clock.now())?, refresh_token: token.text(), user })
    }
}
