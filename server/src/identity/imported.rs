//! Passwords that were hashed elsewhere with bcrypt. They are taken at a login, which hashes them anew with argon2id; none is
//! made here.
//!
//! bcrypt sees the first 72 bytes of a password and passes over the rest. Nothing is cut off here: a longer password matches
//! no such hash, and its owner needs a new one.

use bcrypt::HashParts;

const KINDS: [&str; 3] = ["$2a$", "$2b$", "$2y$"];
const COSTS: std::ops::RangeInclusive<u32> = 4..=14;
const NEW_COSTS: std::ops::RangeInclusive<u32> = 10..=12;
const MAX_BYTES: usize = 72;

/// Whether a stored hash is one of these, and can be verified in a reasonable time.
pub fn is_imported(hash: &str) -> bool {
    KINDS.iter().any(|kind| hash.starts_with(kind))
        && hash.parse::<HashParts>().is_ok_and(|parts| COSTS.contains(&parts.get_cost()))
}

/// Whether such a hash may be taken into an account today: hard enough (ASVS asks for 10), and no more work than a login should
/// wait for.
pub fn is_welcome(hash: &str) -> bool {
    hash.parse::<HashParts>().is_ok_and(|parts| NEW_COSTS.contains(&parts.get_cost()))
}

/// Takes as long for a password that is too long as for any other.
pub fn matches(password: &[u8], hash: &str) -> bool {
    let seen = &password[..password.len().min(MAX_BYTES)];
    bcrypt::verify(seen, hash).unwrap_or(false) && password.len() <= MAX_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_of_a_known_kind_and_a_bearable_cost_is_taken() {
        let rest = "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        for (beginning, expected) in [
            ("$2a$05$", true),
            ("$2b$04$", true),
            ("$2y$14$", true),
            ("$2b$15$", false),
            ("$2b$03$", false),
            ("$2x$05$", false),
            ("$2$05$", false),
            ("$2b$xx$", false),
            ("$argon2id$", false),
        ] {
            assert_eq!(is_imported(&format!("{beginning}{rest}")), expected, "{beginning}");
        }
        assert!(!is_imported("$2b$05$"));
        assert!(!is_imported(""));
    }

    /// The vectors are Openwall's.
    #[test]
    fn a_password_matches_its_hash_and_nothing_is_cut_off() {
        let hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        for kind in ["$2a$", "$2b$", "$2y$"] {
            assert!(matches(b"U*U", &hash.replace("$2a$", kind)), "{kind}");
        }
        assert!(!matches(b"U*V", hash));
        let longest = [b'x'; 72];
        let hash = bcrypt::hash(longest, 4).expect("it can be hashed");
        assert!(matches(&longest, &hash));
        assert!(!matches(&[b'x'; 73], &hash));
        assert!(!matches(&[b'x'; 71], &hash));
    }
}
