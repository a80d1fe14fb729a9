//! Whom an API key speaks for.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use moka::sync::Cache as Moka;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::{convert::scopes_of, store, text::Text};
use crate::{
    entity::api_key::Model,
    identity::Revocations,
    keys::Keys,
    principal::{Credential, Principal, Stranger},
    problem::{ErrorReason, Problem},
    store::{CacheKey, Store},
};

/// A use is written down once in so long.
const NOTE_EVERY: Duration = Duration::from_secs(60);
/// Keys whose last use is remembered here.
const NOTED: u64 = 100_000;

/// The keys of every college.
#[derive(Clone)]
pub struct ApiKeys {
    store: Store,
    sealing: [u8; 32],
    revocations: Revocations,
    noted: Moka<(Uuid, Uuid), ()>,
}

struct One<'t>(&'t Text);

impl CacheKey for One<'_> {
    type Value = Model;

    const KIND: &'static str = "api_key";

    fn college_id(&self) -> Uuid {
        self.0.college_id
    }

    fn name(&self) -> String {
        self.0.id.to_string()
    }
}

impl ApiKeys {
    pub fn new(store: Store, keys: &Keys, revocations: Revocations) -> Self {
        let noted = Moka::builder().max_capacity(NOTED).time_to_live(NOTE_EVERY).build();
        Self { store, sealing: keys.api_key, revocations, noted }
    }

    /// Who a key speaks for, if it may be believed now. The row may be some seconds old: what matters of it changes only by
    /// revocation, of which every replica keeps its own list.
    pub async fn verify(&self, text: &str, now: DateTime<Utc>) -> Result<Principal, Stranger> {
        let text = Text::read(&self.sealing, text).ok_or_else(invalid)?;
        let key = self.load(&text).await?;
        if !bool::from(key.secret_hash.as_slice().ct_eq(&text.hash())) {
            return Err(invalid().into());
        }
        let principal = Principal {
            college_id: key.college_id,
            id: key.id,
            credential: Credential::Key(scopes_of(&key.scopes)),
            expires_at: key.expires_at,
        };
        if key.revoked_at.is_some() {
            let problem = Problem::new(ErrorReason::TokenRevoked, "The API key was revoked.");
            return Err(Stranger::formerly(principal, problem));
        }
        if key.expires_at <= now {
            let problem = Problem::new(ErrorReason::TokenExpired, "The API key has expired. Ask for another one.");
            return Err(Stranger::formerly(principal, problem));
        }
        if let Err(problem) = self.revocations.check(&principal) {
            return Err(Stranger::formerly(principal, problem));
        }
        self.note_use(&principal, now);
        Ok(principal)
    }

    async fn load(&self, text: &Text) -> Result<Arc<Model>, Problem> {
        let key = One(text);
        let found = self.store.cache.get(&key, || store::find(&self.store.database, text.college_id, text.id));
        found.await.map_err(|problem| if problem.reason == ErrorReason::NotFound { invalid() } else { problem })
    }

    /// Beside the call, which does not wait for it.
    fn note_use(&self, principal: &Principal, now: DateTime<Utc>) {
        let (college_id, id) = (principal.college_id, principal.id);
        if !self.noted.entry((college_id, id)).or_insert(()).is_fresh() {
            return;
        }
        let (database, noted) = (self.store.database.clone(), self.noted.clone());
        tokio::spawn(async move {
            if store::note_use(&database, college_id, id, now).await.is_err() {
                // The next call tries again.
                noted.invalidate(&(college_id, id));
            }
        });
    }
}

fn invalid() -> Problem {
    Problem::new(ErrorReason::TokenInvalid, "The API key is not valid.")
}
