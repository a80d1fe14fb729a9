//! Sending mail: one letter to one person, through the server that the settings name.
//!
//! Promises: a letter says the same in plain text and in HTML; what stands in it, names of people and colleges too, can add
//! neither headers nor markup; links begin with the address of the settings and never with one that a caller has sent. Who
//! gets what is decided by slices, and when by `jobs`.

mod letter;
mod mailer;

pub use letter::{Letter, Paragraph};
pub use mailer::Mailer;
