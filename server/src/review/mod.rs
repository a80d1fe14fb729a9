//! Reviews of flagged check-ins: staff confirm or reject, the student may appeal once.
//!
//! Promises: nothing is taken away by a flag alone, but by a decision of somebody with a reason; of many who decide one does; a
//! rejected check-in that is confirmed after an appeal counts again as it did. Never: a decision on one's own record, or a figure
//! for a student.

mod access;
mod appeal_review;
mod convert;
mod decide_review;
mod get_review;
mod list_reviews;
mod rules;
mod service;
mod store;

pub use service::Service;
pub use store::wait;

/// What a review is called in a problem.
const RESOURCE: &str = "review";
