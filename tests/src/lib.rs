//! The harness of the black-box tests. It starts real servers, databases and caches, hands out people who call them, and
//! knows nothing of the server's inside: what it knows stands in `proto/` and in the documentation of the settings.
//!
//! A test has a world of its own and shares nothing with its neighbours.

pub mod actor;
pub mod call;
pub mod class;
pub mod client;
pub mod clock;
pub mod college;
pub mod contract;
pub mod crossing;
pub mod database;
pub mod device;
pub mod kind;
pub mod live;
pub mod mail;
pub mod password;
pub mod postgres;
pub mod problem;
pub mod process;
pub mod proxy;
pub mod receiver;
pub mod record;
pub mod redis;
pub mod rest;
pub mod school;
pub mod seed;
pub mod server;
pub mod token;
pub mod until;
pub mod web;
pub mod world;

pub use class::Class;
pub use kind::Kind;
pub use problem::{Answer, Refusal};
pub use until::until;
pub use world::World;

#[cfg(test)]
mod harness_tests;
