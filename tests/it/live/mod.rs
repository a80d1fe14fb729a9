//! LiveService: what the teacher sees while it happens.

mod ends;
mod resume;
