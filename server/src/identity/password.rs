//! Hashing passwords: argon2id with 19 MiB and two passes, so few at a time that check-ins do not notice.

use std::{sync::Arc, time::Duration};

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash};
use tokio::sync::Semaphore;

use crate::problem::{ErrorReason, Problem};

const IN_FLIGHT: usize = 2;
/// A lecture hall that signs in at nine waits for its turn; a flood beyond it is sent away at once.
const WAITING: usize = 512;

#[derive(Clone)]
pub struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// The hash of no password: verifying against it takes as long as against any other.
    nobody: Arc<str>,
}

impl Passwords {
    pub fn new() -> Result<Self, Problem> {
        Ok(Self {
            running: Arc::new(Semaphore::new(IN_FLIGHT)),
            waiting: Arc::new(Semaphore::new(IN_FLIGHT + WAITING)),
            nobody: hash(&uuid::Uuid::new_v4().to_string())?.into(),
        })
    }

    /// Whether the password is the one that was hashed. Without a hash it takes as long and says no.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Problem> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let matches = self
            .turn(move || {
                PasswordHash::new(&hash)
                    .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(matches && known)
    }

    /// Runs off the async threads, when its turn has come.
    async fn turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let overloaded = || {
            Problem::new(ErrorReason::Overloaded, "Too many people are signing in. Try again in a moment.")
                .retry_after(Duration::from_secs(2))
        };
        let _place = self.waiting.try_acquire().map_err(|_| overloaded())?;
        let permit = self.running.clone().acquire_owned().await.map_err(|_| overloaded())?;
        // The permit goes along: a caller who gives up must not make room for a third hash.
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        task.await.map_err(Problem::internal)
    }
}

/// A PHC string. For seeding, where nobody waits.
pub fn hash(password: &str) -> Result<String, Problem> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(Problem::internal)
}
