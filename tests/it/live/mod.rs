//! LiveService: what the teacher sees while it happens.

mod counts;
mod ends;
mod order;
mod resume;
mod stalled;
mod tokens;
