//! What may be kept of an answer on its way.

use tonic::metadata::{MetadataMap, MetadataValue};

/// Nobody may keep an answer with a secret in it, and no gateway may compress it beside what the caller has sent.
pub fn forbid(metadata: &mut MetadataMap) {
    metadata.insert("cache-control", MetadataValue::from_static("no-store"));
}
