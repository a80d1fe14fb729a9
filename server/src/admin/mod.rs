//! What the command line does to a database: beginning a college, filling it from a file, and with the demo.

mod access_points;
mod demo;
mod init;
mod locations;
mod rotate_signing_key;
mod seed;
mod world;

pub use demo::{Demo, is_open as is_demo_open, prepare};
pub use init::{First, init};
pub use rotate_signing_key::{Rotation, rotate_signing_key};
pub use seed::{insert, seed_file};
pub use world::World;
