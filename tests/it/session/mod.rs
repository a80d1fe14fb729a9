//! SessionService: planned, running, over.

mod create;
mod get;
mod list;
mod makeup;
mod moves;
mod overdue;
mod places;
mod planning;
mod transitions;
mod windows;
