//! What punches come to, day by day. Kept in a table that says so with every punch: a punch leaves a note of whose days it changes, in the
//! transaction that stores it; whoever reads days settles what is noted first, and a job does so when nobody reads.

mod background;
mod derive;
mod note;
mod rule;
mod settle;

pub use note::{outdate, outdate_all, outdate_college};
pub use settle::Settler;
