//! SessionService: planned, running, over.

mod create;
mod get;
mod list;
mod transitions;
