//! Audit rows as the contract writes them.

use prost_types::{ListValue, Struct, Value, value::Kind};
use rollcall_proto::v1::{AuditRow, audit_row as proto};
use serde_json::Value as Json;

use crate::{
    convert::timestamp,
    entity::audit_row::{ActorKind, Model},
};

pub fn to_proto(row: Model) -> AuditRow {
    AuditRow {
        id: row.id.to_string(),
        actor_id: row.actor_id.map(|id| id.to_string()).unwrap_or_default(),
        actor_kind: row.actor_id.map_or(proto::ActorKind::Unspecified, |_| actor_kind(row.actor_kind)).into(),
        action: row.action,
        object_type: row.object_type,
        object_id: row.object_id,
        detail: Some(structure(row.detail)),
        ip_address: row.ip_address.unwrap_or_default(),
        request_id: row.request_id.unwrap_or_default(),
        created_at: Some(timestamp(row.created_at)),
    }
}

const fn actor_kind(kind: ActorKind) -> proto::ActorKind {
    match kind {
        ActorKind::User => proto::ActorKind::User,
        ActorKind::ApiKey => proto::ActorKind::ApiKey,
    }
}

/// Details are objects; anything else would have no members to show.
fn structure(detail: Json) -> Struct {
    match detail {
        Json::Object(members) => {
            Struct { fields: members.into_iter().map(|(name, member)| (name, value(member))).collect() }
        }
        _ => Struct::default(),
    }
}

fn value(json: Json) -> Value {
    let kind = match json {
        Json::Null => Kind::NullValue(0),
        Json::Bool(value) => Kind::BoolValue(value),
        // As JavaScript reads it, which is what a Struct promises.
        Json::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Json::String(text) => Kind::StringValue(text),
        Json::Array(items) => Kind::ListValue(ListValue { values: items.into_iter().map(value).collect() }),
        object @ Json::Object(_) => Kind::StructValue(structure(object)),
    };
    Value { kind: Some(kind) }
}
