//! What people are told of what happens: in a list of their own, by mail as they want it, and by mail to whom a college names
//! as guardians.
//!
//! Promises: what is raised in a transaction is told if and only if that is committed, whatever ends in between; each person
//! is told once, in an order that nobody sees change; a mail may come twice, under the same message id, and is never lost.
//! Never: what another person was told, mail to an address that nobody has confirmed as theirs, or into quiet hours.

mod background;
mod convert;
mod detail;
mod event;
mod get_guardians;
mod get_notification_preferences;
mod guardian_mail;
mod list_my_notifications;
mod mail;
mod mark_notifications_read;
mod payload;
mod preferences;
mod reach;
mod recipients;
mod rules;
mod service;
mod set_guardians;
mod spread;
mod store;
mod text;
mod update_notification_preferences;

pub use convert::to_proto;
pub use event::{AttendanceCheck, CHECK_ATTENDANCE, Event, What, raise};
pub use service::Service;
pub use store::{last_seqs, list_after, list_unread, told_since};
