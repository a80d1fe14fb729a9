//! What those who attended say of a session.
//!
//! Promises: one answer for each student, changed until the feedback is closed; staff are shown sums of three answers or more, once
//! nothing can change them any more, and comments in an order that says nothing. Never: who gave which answer, to staff; figures
//! whose difference is one person's answer.

mod convert;
mod get_feedback_statistics;
mod get_session_feedback;
mod give_feedback;
mod rules;
mod service;
mod store;

pub use service::Service;
