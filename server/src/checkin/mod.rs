//! Checking in.
//!
//! Promises: what was answered is stored; one record per student and session, whatever is sent how often; the same
//! `check_in_id` gets the same record; a check-in that was answered before the end of its session is never marked absent.
//! Never: a refusal that rests on a copy, or a position or a code in a log.
//!
//! Read `check_in.rs` for the way of a call, `decide.rs` for what is read before the decision, `factor/` for what each kind of evidence says, `rules.rs` for what is decided, `writer/` for how it is stored.

mod after_end;
mod check_in;
mod convert;
mod decide;
mod earlier;
mod factor;
mod flagging;
mod learnt;
mod past;
mod place;
#[cfg(test)]
mod positions_tests;
mod refusal;
mod rows;
mod rules;
mod sent;
mod service;
mod shared_device;
mod store;
mod surroundings;
mod writer;

pub use check_in::{Settled, already_checked_in, check_in_id_reused, replay};
pub use convert::{band_to_proto, flag_to_proto, status_name, status_to_proto, to_proto};
pub use earlier::EarlierPlaces;
pub use factor::offline::MadeAt;
pub use learnt::Learnt;
pub use past::Past;
pub use refusal::Refusal;
pub use sent::Sent;
pub use service::Service;
pub use shared_device::take as take_devices;
pub use store::find_by_check_in;
pub use writer::Writer;
