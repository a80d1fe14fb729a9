//! How the server is. Says `up`, `down` or `embedded`, and nothing else: anyone may ask. Its RPCs have no files of their own: none
//! decides anything.

mod service;

pub use service::{Service, report};
