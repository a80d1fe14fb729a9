//! Login: count (`meant.rs`) → find → verify → open a family, if the account is still the same → answer.

use std::time::Duration;

use chrono::TimeDelta;
use rollcall_proto::v1::LoginRequest;
use uuid::Uuid;

use super::{access_token::Subject, family::RefreshToken, meant::Attempt, password, service::Service, store};
use crate::{
    audit,
    entity::{refresh_token_family, user},
    organisation,
    origin::Origin,
    problem::{ErrorReason, Problem},
    store::address_key,
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
    pub(super) async fn login(
        &self,
        request: LoginRequest,
        attempt: &Attempt,
        origin: Origin,
    ) -> Result<SignIn, Problem> {
        // The account may change between the look at it and the write; then it is looked at again.
        for _ in 0..3 {
            let accounts = self.find_accounts(attempt).await?;
            match self.find_fitting(&accounts, &request.password).await? {
                Some(account) => {
                    if let Some(sign_in) = self.open_family(account.clone(), &request, &origin).await? {
                        return Ok(sign_in);
                    }
                }
                None => {
                    // Where several colleges know the address, none of them is told from where its owner may have tried to get
                    // into another one.
                    let from = (accounts.len() == 1).then_some(&origin);
                    for account in &accounts {
                        self.note_refusal(account, "login.refused", from);
                    }
                    // The last thing: whatever else there is to do for one account and not for another comes before.
                    let hashes: Vec<_> = accounts.iter().map(|account| account.password_hash.as_str()).collect();
                    let is_open = request.college.trim().is_empty();
                    self.pace.hold(&self.store.database, attempt.begun, &hashes, is_open).await;
                    metrics::counter!("rollcall_logins_total", "result" => "refused").increment(1);
                    let refusal = "The account and password do not match.";
                    return Err(Problem::new(ErrorReason::CredentialsInvalid, refusal));
                }
            }
        }
        Err(Problem::unavailable("an account changed again and again while its owner signed in"))
    }

    async fn find_accounts(&self, attempt: &Attempt) -> Result<Vec<user::Model>, Problem> {
        let mut accounts = Vec::new();
        for (college_id, id) in &attempt.accounts {
            let account = store::find_user(self.store.database.reader(), *college_id, *id).await?;
            accounts.extend(account.filter(|account| account.email == attempt.email));
        }
        Ok(accounts)
    }

    /// The one account that the password fits and that may be used. Where it fits several, nobody can tell which is meant.
    /// All of them are tried whatever the first says, and without any as long as with one.
    async fn find_fitting<'a>(
        &self,
        accounts: &'a [user::Model],
        password: &str,
    ) -> Result<Option<&'a user::Model>, Problem> {
        if accounts.is_empty() {
            self.passwords.verify(password.to_owned(), None).await?;
        }
        let (mut fitting, mut unsure) = (Vec::new(), None);
        for account in accounts {
            match self.passwords.verify(password.to_owned(), Some(account.password_hash.clone())).await {
                Ok(matches) => fitting.extend(Some(account).filter(|account| matches && account.is_active)),
                Err(problem) => unsure = Some(problem),
            }
        }
        match (fitting.as_slice(), unsure) {
            // Another college's hashes, for which there was no turn, keep nobody out.
            ([account], _) => Ok(Some(account)),
            (_, Some(problem)) => Err(problem),
            _ => Ok(None),
        }
    }

    /// Not waited for, and not written while the answer is on its way: a known account must not answer later than an unknown
    /// one.
    pub(super) fn note_refusal(&self, account: &user::Model, action: &str, origin: Option<&Origin>) {
        let (database, now) = (self.store.database.clone(), self.clock.now());
        let mut row = audit::Row::new(account.college_id, action, now).actor(account.id);
        if let Some(origin) = origin {
            row = row.from(origin);
        }
        // Under a flood of guesses the limits' own counts tell enough.
        if let Ok(permit) = self.refusals.clone().try_acquire_owned() {
            tokio::spawn(async move {
                let _permit = permit;
                tokio::time::sleep(Duration::from_millis(rand::random_range(LATER_MS))).await;
                audit::write(&database, row).await
            });
        }
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
        let new_hash = match password::takes_another_time(&user.password_hash) {
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
            address_key: origin.address.map(address_key),
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
