//! Which passwords may be set. Length is what counts: no kind of character is asked for and nothing is cut off; what an
//! attacker tries first is refused. Passwords that are there already are never held against these rules, only new ones.

use std::sync::LazyLock;

use crate::problem::{ErrorReason, Problem, Violation};

const MIN_CHARACTERS: usize = 8;
/// Beyond this, hashing would read for longer than it hashes.
const MAX_BYTES: usize = 1024;
/// A word of the context that is shorter stands in too many passwords by chance.
const MIN_WORD: usize = 3;
/// What this is, which everybody knows who can reach the login.
const PRODUCT: &str = "rollcall";

/// Sorted, in lower case; server/data/README.md says where they are from.
static COMMON: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("../../data/common_passwords.txt").lines().collect());

/// Whose password it is: what somebody who guesses would try for this account in particular.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    pub email: &'a str,
    /// The college's short name.
    pub college: &'a str,
}

/// Refuses a weak password; `field` is where it came in.
pub fn check(field: &str, password: &str, owner: Owner<'_>) -> Result<(), Problem> {
    match weakness(password, owner) {
        None => Ok(()),
        Some(weakness) => {
            let violation = Violation { field: field.to_owned(), description: weakness.to_owned() };
            Err(Problem::invalid(ErrorReason::WeakPassword, vec![violation]))
        }
    }
}

/// What is wrong with a password, to be read after its name.
pub fn weakness(password: &str, owner: Owner<'_>) -> Option<&'static str> {
    let lower = password.to_lowercase();
    if password.chars().count() < MIN_CHARACTERS {
        Some("must have at least 8 characters")
    } else if password.len() > MAX_BYTES {
        Some("must have at most 1024 bytes")
    } else if COMMON.binary_search(&lower.as_str()).is_ok() {
        Some("is one of the most common passwords; choose one that nobody else would")
    } else if is_of_context(lower, owner) {
        Some("must have 8 letters or digits beside the e-mail address, the college's short name and \"rollcall\"")
    } else {
        None
    }
}

/// Whether too little is left when everything is taken out that belongs to the account. A passphrase may well hold one of
/// these words.
fn is_of_context(lower: String, owner: Owner<'_>) -> bool {
    let email = owner.email.to_lowercase();
    let local = email.split('@').next().unwrap_or_default();
    let college = owner.college.to_lowercase();
    let parts = [local, &college].map(|word| word.split(|character: char| !character.is_alphanumeric()));
    let mut words: Vec<&str> = [PRODUCT, local, &college].into_iter().chain(parts.into_iter().flatten()).collect();
    words.retain(|word| word.chars().count() >= MIN_WORD);
    // The longest first: a short one would leave the pieces of a longer one.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = words.iter().fold(lower.clone(), |rest, word| rest.replace(word, ""));
    rest != lower && rest.chars().filter(|character| character.is_alphanumeric()).count() < MIN_CHARACTERS
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Owner<'_> = Owner { email: "Cedar.Hill@riverside.example", college: "riverside" };

    #[test]
    fn what_is_tried_first_is_refused() {
        let table = [
            ("", false),
            ("1234567", false),
            ("xkvd qpz", true),
            // Characters, not bytes.
            ("üüüüüüü", false),
            ("öländsk skärgård", true),
            ("password", false),
            ("PassWord", false),
            ("12345678", false),
            ("iloveyou", false),
            // No kind of character is asked for.
            ("mulberryferry", true),
            ("84019375610293", true),
            ("correct horse battery staple", true),
            ("rollcall", false),
            ("Rollcall2026!", false),
            ("rollcall-demo", false),
            ("rollcallrollcallrollcall", false),
            ("cedar.hill", false),
            ("hillcedar1998", false),
            ("CedarHill-Riverside", false),
            ("riverside--------", false),
            ("riverside ferry at dawn", true),
            ("my rollcall is in the morning", true),
        ];
        for (password, allowed) in table {
            assert_eq!(weakness(password, OWNER).is_none(), allowed, "{password}: {:?}", weakness(password, OWNER));
        }
        let long = "ab cd ef".repeat(128);
        assert_eq!((long.len(), weakness(&long, OWNER)), (1024, None));
        assert!(weakness(&(long + "g"), OWNER).is_some());
    }

    #[test]
    fn words_too_short_to_mean_anything_are_none() {
        let owner = Owner { email: "a.b@x.example", college: "u" };
        for password in ["abababab", "aabb-bbaa-uu"] {
            assert_eq!(weakness(password, owner), None, "{password}");
        }
        assert!(weakness("a.b-a.b-", owner).is_some());
    }

    #[test]
    fn every_password_of_the_list_is_refused() {
        assert!(COMMON.len() >= 3000);
        assert!(COMMON.is_sorted(), "the search needs their order");
        for password in COMMON.iter() {
            assert!(password.len() >= MIN_CHARACTERS && *password == password.to_lowercase(), "{password}");
            assert!(weakness(password, OWNER).is_some() && weakness(&password.to_uppercase(), OWNER).is_some());
        }
    }

    #[test]
    fn passphrases_are_taken() {
        const WORDS: [&str; 16] = [
            "amber", "brook", "candle", "dune", "ember", "fjord", "gravel", "harbour", "island", "juniper", "kettle",
            "lantern", "meadow", "needle", "orchard", "pebble",
        ];
        for number in 0..200_usize {
            let word = |place: usize| WORDS[(number * 7 + place * (number % 11 + 3)) % WORDS.len()];
            let passphrase = format!("{} {} {} {number}", word(0), word(1), word(2));
            assert_eq!(weakness(&passphrase, OWNER), None, "{passphrase}");
        }
    }
}
