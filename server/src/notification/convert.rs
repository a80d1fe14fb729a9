//! Notifications as the contract writes them.

use rollcall_proto::v1::Notification;

use super::{detail::Detail, text};
use crate::{
    convert::timestamp,
    entity::{college::Language, notification::Model},
    webhook::kind_to_proto,
};

pub fn to_proto(row: Model, language: Language) -> Notification {
    let said = text::notification(language, row.kind, &Detail::from_json(&row.detail));
    Notification {
        id: row.id.to_string(),
        kind: kind_to_proto(row.kind).into(),
        title: said.title,
        body: said.body,
        session_id: row.session_id.map(|id| id.to_string()).unwrap_or_default(),
        created_at: Some(timestamp(row.created_at)),
        read_at: row.read_at.map(timestamp),
    }
}
