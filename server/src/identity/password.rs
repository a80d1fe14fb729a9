//! Hashing passwords: argon2id with 19 MiB and two passes, so few at a time that check-ins do not notice. Hashes that came from
//! elsewhere take longer, and queue by themselves: a college that has brought many must not keep the others waiting.

use argon2::{Algorithm, Argon2, Block, Params, PasswordHasher as _, Version, password_hash::phc::PasswordHash};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use subtle::ConstantTimeEq as _;

use super::{hash_queue::Queue, imported};
use crate::problem::Problem;

/// How many of our own are hashed at a time. A lecture hall that signs in at nine waits for its turn; a flood beyond it is sent
/// away at once.
const OWN_AT_ONCE: usize = 2;
const OWN_WAITING: usize = 512;
/// The same of hashes from elsewhere: as many as their turn comes for within the deadline of a login.
const IMPORTED_AT_ONCE: usize = 1;
const IMPORTED_WAITING: usize = 48;
/// The most memory that a stored hash may ask for, in KiB.
const MAX_MEMORY_KIB: u32 = 64 * 1024;
/// The least memory of an imported argon2id hash that OWASP still lists, in KiB, and the most work, memory times passes: twice
/// that of our own.
const MIN_IMPORTED_MEMORY_KIB: u32 = 7 * 1024;
const MAX_IMPORTED_WORK_KIB: u32 = 80 * 1024;
/// The hash of no password: verifying against it takes as long as against any other.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$WVZ2a1JtTnJzS2Z5Q2hQcA$mYl0dUb3mQm5v0x0m0v1yN9rJ0m3bYl0dUb3mQm5v0w";

#[derive(Clone)]
pub struct Passwords {
    own: Queue,
    imported: Queue,
}

impl Passwords {
    pub fn new() -> Self {
        Self { own: Queue::new(OWN_AT_ONCE, OWN_WAITING), imported: Queue::new(IMPORTED_AT_ONCE, IMPORTED_WAITING) }
    }

    /// Whether the password is the one that was hashed. Without a hash, or with one that nothing can match, it takes as long
    /// and says no: an account that never had a password must not be told from one that has.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Problem> {
        let hash = hash.filter(|hash| is_usable(hash));
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let queue = if takes_another_time(&hash) { &self.imported } else { &self.own };
        let matches = queue.turn(move |memory| matches(password.as_bytes(), &hash, memory).unwrap_or(false)).await?;
        Ok(matches && known)
    }

    /// A PHC string.
    pub async fn hash(&self, password: String) -> Result<String, Problem> {
        self.own.turn(move |memory| hash_in(password.as_bytes(), memory)).await?
    }
}

/// What a hash says of how it was made. None where it is none that can be verified.
fn read(hash: &str) -> Option<(PasswordHash, Params)> {
    let hash = PasswordHash::new(hash).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let is_whole = hash.salt.is_some() && hash.hash.is_some() && Algorithm::try_from(hash.algorithm.as_str()).is_ok();
    (is_whole && params.m_cost() <= MAX_MEMORY_KIB).then_some((hash, params))
}

/// Whether a hash from elsewhere may be taken into an account: one that a login can verify in a reasonable time, and that
/// somebody who has got hold of it cannot try out quickly. Says what is wrong, to be read after its name.
pub fn check_imported(hash: &str) -> Result<(), &'static str> {
    if imported::is_imported(hash) {
        return if imported::is_welcome(hash) { Ok(()) } else { Err("must be a bcrypt hash of cost 10 to 12") };
    }
    let is_fine = read(hash).is_some_and(|(hash, params)| {
        hash.algorithm.as_str() == Algorithm::Argon2id.as_str()
            && params.m_cost() >= MIN_IMPORTED_MEMORY_KIB
            && params.m_cost().saturating_mul(params.t_cost()) <= MAX_IMPORTED_WORK_KIB
    });
    if is_fine {
        return Ok(());
    }
    Err(
        "must be a bcrypt hash ($2a$, $2b$ or $2y$, cost 10 to 12), or a PHC string of argon2id with at least 7 MiB, up to 64 \
         MiB in one pass and less in more (20 MiB in 4)",
    )
}

/// What every hash begins with that is made here.
pub const OWN: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

/// Whether verifying a hash takes another time than with one of our own, as imported ones do. Those with less memory than may
/// be imported come from a seed file, which production refuses.
pub fn takes_another_time(hash: &str) -> bool {
    let is_from_elsewhere = |params: Params| params.m_cost() >= MIN_IMPORTED_MEMORY_KIB && !hash.starts_with(OWN);
    imported::is_imported(hash) || read(hash).is_some_and(|(_, params)| is_from_elsewhere(params))
}

fn is_usable(hash: &str) -> bool {
    imported::is_imported(hash) || read(hash).is_some()
}

/// None where the hash is none that can be verified.
fn matches(password: &[u8], hash: &str, memory: &mut Vec<Block>) -> Option<bool> {
    if imported::is_imported(hash) {
        return Some(imported::matches(password, hash));
    }
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

/// The PHC string of a password with a new salt.
fn hash_in(password: &[u8], memory: &mut Vec<Block>) -> Result<String, Problem> {
    let argon2 = Argon2::default();
    let params = argon2.params();
    memory.resize(memory.len().max(params.block_count()), Block::default());
    let salt: [u8; 16] = rand::random();
    let mut hash = [0; Params::DEFAULT_OUTPUT_LEN];
    argon2.hash_password_into_with_memory(password, &salt, &mut hash, memory).map_err(Problem::internal)?;
    let (memory_kib, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    Ok(format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${hash}"))
}

/// A PHC string. For the command line, where nobody waits; in a server, `Passwords::hash` keeps the turn.
pub fn hash(password: &str) -> Result<String, Problem> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::problem::ErrorReason;

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

    #[tokio::test]
    async fn imported_hashes_keep_nobody_else_waiting() {
        let passwords = Passwords::new();
        let own = hash("correct horse").expect("it can be hashed");
        let slow = "$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        let verify = |hash: &str| passwords.verify("correct horse".to_owned(), Some(hash.to_owned()));
        // One takes long, and as many as may wait do so.
        let busy = passwords.imported.running.clone().acquire_owned().await.expect("a turn");
        let places = u32::try_from(IMPORTED_WAITING).expect("a number");
        let waiting = passwords.imported.waiting.clone().acquire_many_owned(places).await.expect("the places");
        let mut last = Box::pin(verify(slow));
        assert!((&mut last).now_or_never().is_none(), "it waits for its turn");
        assert_eq!(verify(slow).await.map_err(|problem| problem.reason), Err(ErrorReason::Overloaded));
        assert_eq!(verify(&own).await.ok(), Some(true));
        assert!(passwords.hash("correct horse".to_owned()).await.is_ok());
        drop((busy, waiting));
        assert_eq!(last.await.ok(), Some(false));
    }

    #[tokio::test]
    async fn a_hash_that_is_made_in_turn_is_like_any_other() {
        let passwords = Passwords::new();
        let [one, other] = [(); 2].map(|()| passwords.hash("correct horse".to_owned()));
        let (one, other) = (one.await.expect("it can be hashed"), other.await.expect("it can be hashed"));
        assert_ne!(one, other, "each has a salt of its own");
        let usual = hash("correct horse").expect("it can be hashed");
        let parts = |hash: &str| hash.split('$').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(parts(&one)[..4], parts(&usual)[..4]);
        assert_eq!(one.len(), usual.len());
        for (password, expected) in [("correct horse", true), ("correct horsf", false)] {
            assert_eq!(passwords.verify(password.to_owned(), Some(one.clone())).await.ok(), Some(expected));
        }
    }

    #[test]
    fn a_hash_from_elsewhere_is_neither_weak_nor_endless_work() {
        let own = hash("correct horse").expect("it can be hashed");
        let bcrypt = |cost: &str| format!("$2b${cost}$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
        let table = [
            (own.clone(), true),
            (own.replace("m=19456", "m=7168"), true),
            (own.replace("m=19456", "m=7167"), false),
            (own.replace("m=19456,t=2", "m=65536,t=1"), true),
            (own.replace("m=19456,t=2", "m=65537,t=1"), false),
            (own.replace("m=19456,t=2", "m=47104,t=1"), true),
            (own.replace("m=19456,t=2", "m=65536,t=2"), false),
            (own.replace("m=19456,t=2", "m=20480,t=4"), true),
            (own.replace("m=19456,t=2", "m=20480,t=5"), false),
            (own.replace("m=19456,t=2", "m=7168,t=11"), true),
            (own.replace("t=2", "t=4294967295"), false),
            (own.replace("argon2id", "argon2i"), false),
            (own.replace("argon2id", "argon2d"), false),
            (bcrypt("09"), false),
            (bcrypt("10"), true),
            (bcrypt("12"), true),
            (bcrypt("13"), false),
            (NOBODY.to_owned() + "!", false),
            ("correct horse".to_owned(), false),
        ];
        for (hash, expected) in table {
            assert_eq!(check_imported(&hash).is_ok(), expected, "{hash}");
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
    fn what_takes_another_time_is_known() {
        let own = hash("correct horse").expect("it can be hashed");
        assert!(own.starts_with(OWN) && NOBODY.starts_with(OWN));
        let rest = "$WVZ2a1JtTnJzS2Z5Q2hQcA$mYl0dUb3mQm5v0x0m0v1yN9rJ0m3bYl0dUb3mQm5v0w";
        let bcrypt = "$2b$12$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        let argon2 = |params: &str| format!("$argon2id$v=19${params}{rest}");
        for (hash, expected) in [
            (own, false),
            (String::new(), false),
            ("rubbish".to_owned(), false),
            (bcrypt.to_owned(), true),
            (argon2("m=65536,t=3,p=4"), true),
            (argon2("m=7168,t=5,p=1"), true),
            (argon2("m=19456,t=2,p=1"), false),
            (argon2("m=8,t=1,p=1"), false),
        ] {
            assert_eq!(takes_another_time(&hash), expected, "{hash}");
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
