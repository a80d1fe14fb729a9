//! Which accounts a login means, and whose tries it uses up.
//!
//! Who knows nothing but an address shares its tries with all others who know no more, wherever they are and whatever college
//! they name, so that many addresses together guess no more than one. A device that has signed in to an account before has
//! tries of its own there, which nobody else can use up; and so has, for whoever comes with another device, an address that
//! has. An account that does not exist is counted like one that does.
//!
//! A login that names no college tries every account of its address that lets it, and each counts by itself: what somebody is
//! known for in one college is worth nothing in another, and nobody there can use up what it takes here.

use std::time::Duration;

use rollcall_proto::v1::LoginRequest;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    service::Service,
    store::{self, Meant},
};
use crate::{
    origin::Origin,
    problem::Problem,
    store::{Count, Limit, address_key},
};

const MINUTE: Duration = Duration::from_secs(60);

/// A login before its password is looked at.
pub struct Attempt {
    pub begun: Instant,
    pub email: String,
    /// College and id of the accounts that it may try.
    pub accounts: Vec<(Uuid, Uuid)>,
    /// The limits that it was counted against. A refusal is the last.
    pub counts: Vec<Count>,
}

impl Service {
    pub(super) async fn count(&self, request: &LoginRequest, origin: &Origin) -> Result<Attempt, Problem> {
        let email = request.email.trim().to_lowercase();
        let college = request.college.trim().to_lowercase();
        let mut attempt = Attempt { begun: Instant::now(), email, accounts: Vec::new(), counts: Vec::new() };
        if let Some((limit, key)) = self.limit_by_address(&college, origin) {
            let count = self.store.limiter.count(limit, &key).await;
            attempt.counts.push(count);
            if count.is_refused() {
                return Ok(attempt);
            }
        }
        let address = origin.address.map(address_key).unwrap_or_default();
        let database = &self.store.database;
        let meant = store::find_meant(database, &attempt.email, &college, &request.device_id, &address).await?;
        let Some(limit) = Limit::new("login", self.limits.login_per_minute, MINUTE) else {
            attempt.accounts = meant.iter().map(|one| (one.college_id, one.id)).collect();
            return Ok(attempt);
        };
        let strangers = format!("account:{}", attempt.email);
        let keys = meant.iter().map(|one| (key(one, &strangers, &request.device_id, &address), Some(one)));
        let nobody = meant.is_empty().then(|| (strangers.clone(), None));
        let mut counted: Vec<(String, Count)> = Vec::new();
        for (key, account) in keys.chain(nobody) {
            let count = match counted.iter().find(|(known, _)| *known == key) {
                Some((_, count)) => *count,
                None => {
                    let count = self.store.limiter.count(limit, &key).await;
                    counted.push((key, count));
                    count
                }
            };
            if !count.is_refused() {
                attempt.accounts.extend(account.map(|account| (account.college_id, account.id)));
            }
        }
        // One is told, because nobody is to learn how many there are: one that lets the login through, if any does.
        let counts = counted.into_iter().map(|(_, count)| count);
        attempt.counts.extend(counts.min_by_key(|count| (count.is_refused(), count.until())));
        Ok(attempt)
    }

    /// Well above a class. In a network that the college has declared there is more, of a budget that only logins to this
    /// college can use.
    fn limit_by_address(&self, college: &str, origin: &Origin) -> Option<(Limit, String)> {
        let calls = self.limits.login_per_address_per_minute;
        let Some(address) = origin.address else {
            return Some((Limit::new("login-address", calls, MINUTE)?, String::new()));
        };
        let (calls, key) = match self.campus.scale_logins(calls, address, college) {
            Some(calls) => (calls, format!("{college}:{}", address_key(address))),
            None => (self.campus.scale(calls, address), address_key(address)),
        };
        Some((Limit::new("login-address", calls, MINUTE)?, key))
    }
}

/// Whose tries a login to this account uses up.
fn key(account: &Meant, strangers: &str, device_id: &str, address: &str) -> String {
    let Meant { college_id, id, knows_device, knows_address } = account;
    match (knows_device, knows_address) {
        (true, _) => format!("device:{college_id}:{id}:{device_id}"),
        (false, true) => format!("address:{college_id}:{id}:{address}"),
        (false, false) => strangers.to_owned(),
    }
}
