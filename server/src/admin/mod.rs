//! What the command line does to a database: filling it from a file, and with the demo.

mod demo;
mod seed;
mod world;

pub use demo::{Demo, prepare};
pub use seed::{insert, seed_file};
pub use world::World;
