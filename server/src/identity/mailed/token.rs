//! What a mailed token is: what it is good for, its place in the database, and a secret that is derived from both.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::{
    entity::{
        account_token::{Model, Purpose},
        user,
    },
    keys,
};

const TOKEN_BYTES: usize = 1 + 16 + 16 + 32;

/// A token, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountToken {
    pub purpose: Purpose,
    pub college_id: Uuid,
    pub id: Uuid,
    secret: [u8; 32],
}

impl AccountToken {
    pub fn derive(key: &[u8; 32], purpose: Purpose, college_id: Uuid, id: Uuid) -> Self {
        let secret = keys::seal(key, &[&[code(purpose)], college_id.as_bytes(), id.as_bytes()]);
        Self { purpose, college_id, id, secret }
    }

    /// Reads a token that was given out. Any other text is none, without a look into the database.
    pub fn parse(key: &[u8; 32], text: &str) -> Option<Self> {
        let bytes: [u8; TOKEN_BYTES] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (&code_of, rest) = bytes.split_first()?;
        let (college_id, rest) = rest.split_first_chunk::<16>()?;
        let (id, secret) = rest.split_first_chunk::<16>()?;
        let purpose = [Purpose::Invitation, Purpose::PasswordReset, Purpose::Registration]
            .into_iter()
            .find(|&purpose| code(purpose) == code_of)?;
        let given = Self::derive(key, purpose, Uuid::from_bytes(*college_id), Uuid::from_bytes(*id));
        bool::from(given.secret.as_slice().ct_eq(secret)).then_some(given)
    }

    pub fn text(&self) -> String {
        let mut bytes = Vec::with_capacity(TOKEN_BYTES);
        bytes.push(code(self.purpose));
        bytes.extend_from_slice(self.college_id.as_bytes());
        bytes.extend_from_slice(self.id.as_bytes());
        bytes.extend_from_slice(&self.secret);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.secret).to_vec()
    }
}

/// What a token of an account is bound to: another address or another password makes it another account.
pub fn state(account: &user::Model) -> Vec<u8> {
    let mut digest = Sha256::new();
    for part in [&account.email, &account.password_hash] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().to_vec()
}

/// Whether an account may still do what a token of it is good for.
pub fn is_as_it_was(account: &user::Model, token: &Model) -> bool {
    account.is_active
        && account.deleted_at.is_none()
        && token.user_id == Some(account.id)
        && token.account_state.as_ref() == Some(&state(account))
}

const fn code(purpose: Purpose) -> u8 {
    match purpose {
        Purpose::Invitation => 1,
        Purpose::PasswordReset => 2,
        Purpose::Registration => 3,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::entity::user::Role;

    const KEY: [u8; 32] = [7; 32];

    fn token(purpose: Purpose) -> AccountToken {
        AccountToken::derive(&KEY, purpose, Uuid::from_u128(1), Uuid::from_u128(2))
    }

    #[test]
    fn a_token_reads_as_it_was_written() {
        for purpose in [Purpose::Invitation, Purpose::PasswordReset, Purpose::Registration] {
            let token = token(purpose);
            assert_eq!(AccountToken::parse(&KEY, &token.text()), Some(token));
            assert!(token.text().len() <= 256, "the contract takes it");
        }
    }

    #[test]
    fn what_was_not_given_out_is_none() {
        let given = token(Purpose::Invitation);
        let forged = [
            AccountToken { secret: [0; 32], ..given },
            AccountToken { purpose: Purpose::PasswordReset, ..given },
            AccountToken { college_id: Uuid::from_u128(9), ..given },
            AccountToken { id: Uuid::from_u128(9), ..given },
        ];
        for token in forged {
            assert_eq!(AccountToken::parse(&KEY, &token.text()), None, "{token:?}");
        }
        assert_eq!(AccountToken::parse(&[8; 32], &given.text()), None);
        for text in ["", "x", &given.text()[1..], &format!("{}A", given.text())] {
            assert_eq!(AccountToken::parse(&KEY, text), None, "{text}");
        }
    }

    #[test]
    fn a_token_ends_with_what_the_account_was() {
        let account = user::Model {
            college_id: Uuid::from_u128(1),
            id: Uuid::from_u128(2),
            email: "maple@example.edu".to_owned(),
            username: "Maple".to_owned(),
            password_hash: "hash".to_owned(),
            role: Role::Student,
            is_active: true,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            deleted_at: None,
        };
        let token = Model {
            college_id: account.college_id,
            id: Uuid::from_u128(3),
            purpose: Purpose::PasswordReset,
            user_id: Some(account.id),
            email: None,
            username: None,
            secret_hash: Vec::new(),
            account_state: Some(state(&account)),
            created_at: DateTime::UNIX_EPOCH,
            expires_at: DateTime::UNIX_EPOCH,
        };
        let table = [
            (account.clone(), true),
            (user::Model { username: "Cedar".to_owned(), role: Role::Admin, ..account.clone() }, true),
            (user::Model { email: "cedar@example.edu".to_owned(), ..account.clone() }, false),
            (user::Model { password_hash: "other".to_owned(), ..account.clone() }, false),
            (
                user::Model {
                    email: "maple@example.eduh".to_owned(),
                    password_hash: "ash".to_owned(),
                    ..account.clone()
                },
                false,
            ),
            (user::Model { is_active: false, ..account.clone() }, false),
            (user::Model { deleted_at: Some(DateTime::UNIX_EPOCH), ..account.clone() }, false),
            (user::Model { id: Uuid::from_u128(9), ..account }, false),
        ];
        for (account, expected) in table {
            assert_eq!(is_as_it_was(&account, &token), expected, "{account:?}");
        }
    }
}
