//! What somebody who is signed in shows once more: their password. Before it becomes another one, and before what they make
//! outlives the sign-in.

use std::time::Duration;

use super::{service::Service, store};
use crate::{
    entity::user,
    origin::Origin,
    principal::Principal,
    problem::{ErrorReason, Problem},
    store::Limit,
};

impl Service {
    /// The caller's account, if this is its password: count → verify. Whoever writes because of it has to see that it is
    /// still the account's.
    pub async fn check_own_password(
        &self,
        principal: &Principal,
        password: String,
        origin: &Origin,
    ) -> Result<user::Model, Problem> {
        self.admit_try(principal).await?;
        let reader = self.store.database.reader();
        let account = store::find_user(reader, principal.college_id, principal.id).await?;
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let matches = self.passwords.verify(password, hash).await?;
        let Some(account) = account else { return Err(wrong_password()) };
        if !matches {
            self.note_refusal(&account, "password.refused", Some(origin));
            return Err(wrong_password());
        }
        Ok(account)
    }

    /// Counts per account, from wherever: somebody may try who has found the phone unlocked.
    async fn admit_try(&self, principal: &Principal) -> Result<(), Problem> {
        let Some(limit) = Limit::new("password", self.limits.login_per_minute, Duration::from_secs(60)) else {
            return Ok(());
        };
        let key = format!("{}:{}", principal.college_id, principal.id);
        self.store.limiter.count(limit, &key).await.admit()
    }
}

pub fn wrong_password() -> Problem {
    Problem::new(ErrorReason::CredentialsInvalid, "The current password is another one.")
}
