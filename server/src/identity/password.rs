//! Hashing passwords: argon2id with 19 MiB and two passes, so few at a time that check-ins do not notice.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use argon2::{Algorithm, Argon2, Block, Params, PasswordHasher as _, Version, password_hash::phc::PasswordHash};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

use crate::problem::{ErrorReason, Problem};

const IN_FLIGHT: usize = 2;
/// A lecture hall that signs in at nine waits for its turn; a flood beyond it is sent away at once.
const WAITING: usize = 512;
/// The most memory that a stored hash may ask for, in KiB.
const MAX_MEMORY_KIB: u32 = 64 * 1024;
/// The hash of no password: verifying against it takes as long as against any other.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$WVZ2a1JtTnJzS2Z5Q2hQcA$mYl0dUb3mQm5v0x0m0v1yN9rJ0m3bYl0dUb3mQm5v0w";

#[derive(Clone)]
pub struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// What hashing works in. Kept, because an allocator that is given 19 MiB back by one thread after another keeps a
    /// piece for each of them.
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
}

impl Passwords {
    pub fn new() -> Self {
        Self {
            running: Arc::new(Semaphore::new(IN_FLIGHT)),
            waiting: Arc::new(Semaphore::new(IN_FLIGHT + WAITING)),
            memory: Arc::default(),
        }
    }

    /// Whether the password is the one that was hashed. Without a hash, or with one that nothing can match, it takes as long
    /// and says no: an account that never had a password must not be told from one that has.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Problem> {
        let hash = hash.filter(|hash| is_usable(hash));
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let shared = self.memory.clone();
        let matches = self
            .turn(move || {
                let taken = shared.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let mut memory = taken.unwrap_or_default();
                let matches = matches(password.as_bytes(), &hash, &mut memory).unwrap_or(false);
                shared.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
                matches
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

/// What a hash says of how it was made. None where it is none that can be verified.
fn read(hash: &str) -> Option<(PasswordHash, Params)> {
    let hash = PasswordHash::new(hash).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let is_whole = hash.salt.is_some() && hash.hash.is_some() && Algorithm::try_from(hash.algorithm.as_str()).is_ok();
    (is_whole && params.m_cost() <= MAX_MEMORY_KIB).then_some((hash, params))
}

fn is_usable(hash: &str) -> bool {
    read(hash).is_some()
}

/// None where the hash is none that can be verified.
fn matches(password: &[u8], hash: &str, memory: &mut Vec<Block>) -> Option<bool> {
    let (hash, params) = read(hash)?;
    let (salt, expected) = (hash.salt.as_ref()?, hash.hash.as_ref()?);
    memory.resize(memory.len().max(params.block_count()), Block::default());
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map_or(Some(Version::default()), |version| Version::try_from(version).ok())?;
    let argon2 = Argon2::new(algorithm, version, params);
    let mut found = vec![0; expected.as_bytes().len()];
    argon2.hash_password_into_with_memory(password, salt.as_ref(), &mut found, memory).ok()?;
    Some(bool::from(found.ct_eq(expected.as_bytes())))
}

/// A PHC string. For seeding, where nobody waits.
pub fn hash(password: &str) -> Result<String, Problem> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_and_nobody_has_one() {
        let passwords = Passwords::new();
        let own = hash("correct horse").expect("it can be hashed");
        let table = [
            ("correct horse", Some(own.clone()), true),
            ("correct horsf", Some(own.clone()), false),
            ("", Some(own), false),
            ("correct horse", None, false),
            ("correct horse", Some("rubbish".to_owned()), false),
            (
                "correct horse",
                Some("$argon2id$v=19$m=4194304,t=2,p=1$WVZ2a1JtTnJzS2Z5Q2hQcA$mYl0dUb3mQ".to_owned()),
                false,
            ),
        ];
        for (password, hash, expected) in table {
            let verified = passwords.verify(password.to_owned(), hash.clone()).await;
            assert_eq!(verified.ok(), Some(expected), "{password} {hash:?}");
        }
    }

    #[test]
    fn what_cannot_be_verified_is_known_before_any_work() {
        let own = hash("correct horse").expect("it can be hashed");
        let greedy = "$argon2id$v=19$m=4194304,t=2,p=1$WVZ2a1JtTnJzS2Z5Q2hQcA$mYl0dUb3mQ";
        let other = "$pbkdf2-sha256$i=1000$WVZ2a1JtTnJzS2Z5Q2hQcA$mYl0dUb3mQm5v0x0m0v1yN9rJ0m3bYl0dUb3mQm5v0w";
        for (hash, expected) in
            [(&*own, true), (NOBODY, true), ("", false), ("rubbish", false), (greedy, false), (other, false)]
        {
            assert_eq!(is_usable(hash), expected, "{hash}");
        }
    }

    #[test]
    fn nobody_is_hashed_like_everybody() {
        let nobody = PasswordHash::new(NOBODY).expect("it is a PHC string");
        let params = Params::try_from(&nobody).expect("they are argon2's");
        let usual = Params::default();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (usual.m_cost(), usual.t_cost(), usual.p_cost())
        );
        assert_eq!(matches(b"anything", NOBODY, &mut Vec::new()), Some(false));
    }
}
