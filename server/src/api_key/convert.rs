//! API keys as the contract writes them.

use rollcall_proto::v1::{ApiKey, access::Scope};
use serde_json::{Value, json};

use crate::{convert::timestamp, entity::api_key::Model};

pub fn to_proto(key: Model) -> ApiKey {
    ApiKey {
        id: key.id.to_string(),
        name: key.name,
        scopes: scopes_of(&key.scopes).into_iter().map(Into::into).collect(),
        created_by: key.created_by.to_string(),
        created_at: Some(timestamp(key.created_at)),
        expires_at: Some(timestamp(key.expires_at)),
        last_used_at: key.last_used_at.map(timestamp),
        revoked_at: key.revoked_at.map(timestamp),
    }
}

/// As they are kept: by name, which says the same to every version.
pub fn scopes_to_json(scopes: &[Scope]) -> Value {
    json!(scopes.iter().map(Scope::as_str_name).collect::<Vec<_>>())
}

/// A scope that this version does not know allows nothing.
pub fn scopes_of(stored: &Value) -> Vec<Scope> {
    let names = stored.as_array().map(Vec::as_slice).unwrap_or_default();
    names.iter().filter_map(|name| Scope::from_str_name(name.as_str()?)).collect()
}
