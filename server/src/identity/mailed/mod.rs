//! What people do with a link that was mailed to them: accept an invitation, confirm an address, choose another password.
//!
//! A token is good once, until its time, and only while the account is as it was. The database has its hash, and what waits
//! to be sent has only its id: the token itself is derived when the mail is written, so that no table ever holds it.

pub mod accounts;
mod issue;
mod letters;
mod outbox;
mod send;
mod store;
mod token;

pub use issue::{
    invite, invite_again, invite_all, offer_registration, offer_reset, tell_address_changed, tell_already_registered,
    tell_changed,
};
pub use outbox::Outbox;
pub use send::KINDS as SEND;
pub use store::{delete_all, find, find_invitation, forget, spend};
pub use token::{AccountToken, is_as_it_was, state};
