//! What all imports of files share: whose turn it is, and what is wrong with a file.
//!
//! Promises: a process reads and writes one file of a college at a time, and few in all; no college waits for more than one file
//! of another; few wait with theirs in memory; however many faults a file has, the list of them is short. Knows nothing of what
//! is imported.

mod faults;
mod turn;

pub use faults::{Faults, Place};
pub use turn::{Turn, Turns};
