//! Excuses: asked by students, with or without a document, and decided by staff in time.
//!
//! Promises: a student who was there is never excused away; of many who decide one does; an approved excuse counts whether it or
//! the absence came first; a document is what its content says, whole, and is there before anything says so. Never: a decision
//! on an excuse of one's own, or a document for anybody but the student, the session's teacher and administrators.

mod background;
mod convert;
mod decide_excuse;
mod document;
mod download_excuse_document;
mod get_excuse;
mod list_excuses;
mod request_excuse;
mod rules;
mod service;
mod store;

pub use service::Service;

/// What an excuse is called in a problem.
const RESOURCE: &str = "excuse";
