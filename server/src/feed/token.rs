//! What a link ends with: `rcf_`, then college, person, secret and a seal in base64url. The seal tells texts that we made from
//! all others before anything is looked up.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::{entity::user, identity, keys::seal};

/// Says what it is to whoever finds one where it should not be.
const PREFIX: &str = "rcf_";

/// Where DownloadScheduleFeed is at, up to the token.
const ROUTE: &str = "/api/v1/timetables/feed/";

const SEAL_BYTES: usize = 24;

#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    pub college_id: Uuid,
    pub user_id: Uuid,
    secret: [u8; 32],
}

impl Token {
    pub fn make(college_id: Uuid, user_id: Uuid) -> Self {
        Self { college_id, user_id, secret: rand::random() }
    }

    pub fn text(&self, key: &[u8; 32]) -> String {
        let (college, person) = (self.college_id.as_bytes().as_slice(), self.user_id.as_bytes());
        let body = [college, person, &self.secret, &self.seal(key)].concat();
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(body))
    }

    pub fn read(key: &[u8; 32], text: &str) -> Option<Self> {
        let body = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let (college_id, rest) = body.split_first_chunk::<16>()?;
        let (user_id, rest) = rest.split_first_chunk::<16>()?;
        let (secret, sealed) = rest.split_first_chunk::<32>()?;
        let token =
            Self { college_id: Uuid::from_bytes(*college_id), user_id: Uuid::from_bytes(*user_id), secret: *secret };
        bool::from(token.seal(key).as_slice().ct_eq(sealed)).then_some(token)
    }

    /// What is kept: of the secret, and of what its person's account is. With another password there is no such hash any more.
    pub fn hash(&self, owner: &user::Model) -> Vec<u8> {
        Sha256::new().chain_update(self.secret).chain_update(identity::account_state(owner)).finalize().to_vec()
    }

    fn seal(&self, key: &[u8; 32]) -> [u8; SEAL_BYTES] {
        let sealed = seal(key, &[self.college_id.as_bytes(), self.user_id.as_bytes(), &self.secret]);
        std::array::from_fn(|index| sealed[index])
    }
}

/// The path at which the text of a token gives the schedule.
pub fn path(text: &str) -> String {
    format!("{ROUTE}{text}")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{contract, entity::user::Role};

    fn token() -> Token {
        Token { college_id: Uuid::from_u128(3), user_id: Uuid::from_u128(4), secret: [5; 32] }
    }

    #[test]
    fn a_text_is_read_as_it_was_written_and_no_other_is_read() {
        let (key, other_key) = ([1; 32], [2; 32]);
        let written = token().text(&key);
        assert_eq!(written.len(), PREFIX.len() + 118);
        assert!(written.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{written}");
        assert!(Token::read(&key, &written) == Some(token()));
        assert!(Token::read(&other_key, &written).is_none(), "made elsewhere");
        for index in 0..written.len() {
            let mut changed = written.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(Token::read(&key, &changed).is_none(), "changed at {index}");
        }
        for rubbish in ["", PREFIX, "rcf_AAAA", &written[..written.len() - 1], &format!("{written}A"), &written[4..]] {
            assert!(Token::read(&key, rubbish).is_none(), "{rubbish}");
        }
        let (one, other) = (Token::make(Uuid::nil(), Uuid::nil()), Token::make(Uuid::nil(), Uuid::nil()));
        assert_ne!(one.text(&key), other.text(&key));
    }

    #[test]
    fn what_is_kept_goes_with_the_secret_and_the_password() {
        let owner = user::Model {
            college_id: Uuid::from_u128(3),
            id: Uuid::from_u128(4),
            email: "maple@example.edu".to_owned(),
            username: "Maple".to_owned(),
            password_hash: "hash".to_owned(),
            role: Role::Student,
            is_active: true,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            deleted_at: None,
        };
        let kept = token().hash(&owner);
        assert_eq!(token().hash(&user::Model { username: "Cedar".to_owned(), ..owner.clone() }), kept);
        assert_ne!(token().hash(&user::Model { password_hash: "other".to_owned(), ..owner.clone() }), kept);
        assert_ne!(Token { secret: [6; 32], ..token() }.hash(&owner), kept);
    }

    #[test]
    fn the_path_is_the_contracts() {
        let pool = contract::descriptors().expect("the contract");
        let service = pool.get_service_by_name("rollcall.v1.ScheduleFeedService").expect("the service");
        let method = service.methods().find(|method| method.name() == "DownloadScheduleFeed").expect("the RPC");
        let http = pool.get_extension_by_name("google.api.http").expect("the rule");
        let options = method.options();
        let rule = options.get_extension(&http);
        let rule = rule.as_message().expect("a rule");
        let route = rule.get_field_by_name("get").expect("a route");
        assert_eq!(route.as_str(), Some(path("{token}").as_str()));
    }
}
