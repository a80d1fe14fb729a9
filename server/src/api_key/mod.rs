//! API keys: how a college's other systems call.
//!
//! Promises: a key's text is told once and only a hash of its secret is kept; a key does what its scopes name, in its own
//! college; a revoked one is refused on every replica within 1 s; texts that this installation never made cost no look-up.

mod convert;
mod create_api_key;
mod get_api_key;
mod list_api_keys;
mod revoke_all_of;
mod revoke_api_key;
mod rules;
mod service;
mod store;
mod text;
mod verify;

pub use revoke_all_of::revoke_all_of;
pub use service::Service;
pub use text::PREFIX;
pub use verify::ApiKeys;

const RESOURCE: &str = "api_key";
/// What the audit calls the end of a key.
pub const REVOKED: &str = "api_key.revoked";
