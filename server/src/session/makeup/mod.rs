//! Where and when a makeup session could be held: the busy times of those who owe a session, of its teacher and of the rooms,
//! against the hours of the college's days. `owing` says who owes, `occupancy` reads who is busy, the rest is pure.

mod candidates;
mod finder;
mod occupancy;
mod owing;
mod repay;
mod rooms;
mod span;
mod store;

pub use candidates::{Window, candidates};
pub use finder::{Proposal, rank};
pub use owing::{Debt, Owing};
pub use repay::repay;
pub use rooms::in_order;
pub use span::{Busy, Span};
pub use store::{load_occupancy, load_rooms, owing, students_with_memberships};
