//! Login: count → find → verify → open a family, if the account is still the same → answer.

use std::time::Duration;

use chrono::TimeDelta;
use rollcall_proto::v1::LoginRequest;
use tokio::time::Instant;
use uuid::Uuid;

use super::{access_token::Subject, family::RefreshToken, imported, service::Service, store};
use crate::{
    audit,
    entity::{refresh_token_family, user},
    organisation,
    origin::Origin,
    problem::{ErrorReason, Problem},
    store::{Count, Limit, address_key},
};

/// When a refusal is written to the audit, after the answer.
const LATER_MS: std::ops::Range<u64> = 100..500;

/// Somebody who has signed in.
pub struct SignIn {
    pub access_token: String,
    pub refresh_token: String,
    pub user: user::Model,
    pub division_id: Option<Uuid>,
}

impl Service {
    pub(super) async fn sign_in(&self, request: LoginRequest, origin: Origin) -> Result<SignIn, Problem> {
        let begun = Instant::now();
        let email = normal_email(&request.email);
        let college = request.college.trim().to_lowercase();
        // The account may change between the look at it and the write; then it is looked at again.
        for _ in 0..3 {
            let account = store::find_account(&self.store.database, &email, &college).await?;
            let hash = account.as_ref().map(|account| account.password_hash.clone());
            let matches = self.passwords.verify(request.password.clone(), hash).await?;
            match account {
                Some(account) if matches && account.is_active => {
                    if let Some(sign_in) = self.open_family(account, &request, &origin).await? {
                        return Ok(sign_in);
                    }
                }
                account => {
                    if let Some(account) = &account {
                        self.note_refusal(account, "login.refused", &origin);
                    }
                    // The last thing: whatever else there is to do for one account and not for another comes before.
                    let hash = account.as_ref().map(|account| account.password_hash.as_str());
                    self.pace.hold(&self.store.database, begun, hash).await;
                    metrics::counter!("rollcall_logins_total", "result" => "refused").increment(1);
                    let refusal = "The account and password do not match.";
                    return Err(Problem::new(ErrorReason::CredentialsInvalid, refusal));
                }
            }
        }
        Err(Problem::unavailable("an account changed again and again while its owner signed in"))
    }

    /// Not waited for, and not written while the answer is on its way: a known account must not answer later than an unknown
    /// one.
    pub(super) fn note_refusal(&self, account: &user::Model, action: &str, origin: &Origin) {
        let (database, now) = (self.store.database.clone(), self.clock.now());
        let row = audit::Row::new(account.college_id, action, now).actor(account.id).from(origin);
        // Under a flood of guesses the limits' own counts tell enough.
        if let Ok(permit) = self.refusals.clone().try_acquire_owned() {
            tokio::spawn(async move {
                let _permit = permit;
                tokio::time::sleep(Duration::from_millis(rand::random_range(LATER_MS))).await;
                audit::write(&database, row).await
            });
        }
    }

    /// Per address, well above a class; and per account. Who knows nothing but the account's name shares its budget with all
    /// others who know no more, wherever they are, so that many addresses together guess no more than one. A device that has
    /// signed in to the account before has a budget of its own, which nobody else can use up. An account that does not exist
    /// is counted like one that does. A refusal is the last.
    pub(super) async fn count(&self, request: &LoginRequest, origin: &Origin) -> Result<Vec<Count>, Problem> {
        let minute = Duration::from_secs(60);
        let mut counts = Vec::new();
        let per_address = self.limits.login_per_address_per_minute;
        let per_address = origin.address.map_or(per_address, |address| self.campus.scale(per_address, address));
        if let Some(limit) = Limit::new("login-address", per_address, minute) {
            let address = origin.address.map(address_key).unwrap_or_default();
            let count = self.store.limiter.count(limit, &address).await;
            counts.push(count);
            if count.is_refused() {
                return Ok(counts);
            }
        }
        if let Some(limit) = Limit::new("login", self.limits.login_per_minute, minute) {
            let email = normal_email(&request.email);
            let device = &request.device_id;
            let key = match store::is_known_device(&self.store.database, &email, device).await? {
                true => format!("device:{email}:{device}"),
                false => format!("account:{email}"),
            };
            counts.push(self.store.limiter.count(limit, &key).await);
        }
        Ok(counts)
    }

    /// None where the account is not any more what the password was held against: a sign-in with a password that has just
    /// been changed must not outlive the change.
    async fn open_family(
        &self,
        user: user::Model,
        request: &LoginRequest,
        origin: &Origin,
    ) -> Result<Option<SignIn>, Problem> {
        // What was hashed elsewhere is hashed anew while the password is at hand.
        let new_hash = match imported::is_imported(&user.password_hash) {
            true => Some(self.passwords.hash(request.password.clone()).await?),
            false => None,
        };
        let now = self.clock.now();
        let family_id = Uuid::now_v7();
        let token = RefreshToken::derive(&self.keys.refresh_token, user.college_id, family_id, 0);
        let life = TimeDelta::from_std(self.options.refresh_token_life).map_err(Problem::internal)?;
        let family = refresh_token_family::Model {
            college_id: user.college_id,
            id: family_id,
            user_id: user.id,
            device_id: request.device_id.clone(),
            ip_address: origin.address.map(|address| address.to_string()),
            generation: 0,
            current_hash: token.hash(),
            previous_hash: None,
            rotated_at: now,
            created_at: now,
            expires_at: now + life,
            revoked_at: None,
        };
        let row =
            audit::Row::new(user.college_id, "login", now).actor(user.id).object("sign_in", family_id).from(origin);
        let account = self
            .store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    // What was verified may have changed since it was read. Whoever takes the account away, or changes its
                    // role, locks it too, and then sees this sign-in and revokes it.
                    let account = match new_hash {
                        Some(hash) => store::replace_password(tx, &user, hash, now).await?,
                        None => store::find_unchanging(tx, user.college_id, user.id)
                            .await?
                            .filter(|now| now.is_active && now.password_hash == user.password_hash),
                    };
                    if account.is_some() {
                        store::insert_family(tx, family).await?;
                        audit::insert(tx, row).await?;
                    }
                    Ok(account)
                })
            })
            .await?;
        let Some(account) = account else { return Ok(None) };
        metrics::counter!("rollcall_logins_total", "result" => "accepted").increment(1);
        self.answer_for(account, family_id, &token).await.map(Some)
    }

    pub(super) async fn answer_for(
        &self,
        user: user::Model,
        family_id: Uuid,
        token: &RefreshToken,
    ) -> Result<SignIn, Problem> {
        let now = self.clock.now();
        let division_id = organisation::current_division(&self.store.database, user.college_id, user.id, now).await?;
        let subject = Subject { college_id: user.college_id, user_id: user.id, role: user.role, family_id };
        let access_token = self.tokens.issue(&subject, now)?;
        Ok(SignIn { access_token, refresh_token: token.text(), user, division_id })
    }
}

fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}
