//! How the server is. Says `up`, `down` or `embedded`, and nothing else: anyone may ask.

mod service;

pub use service::{Service, report};
