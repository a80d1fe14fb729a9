//! Webhooks as the contract writes them.

use rollcall_proto::v1::{Webhook, WebhookDelivery, webhook as message, webhook_delivery as delivery};

use super::kinds::kind_to_proto;
use crate::{
    convert::timestamp,
    entity::{
        webhook::{DisabledReason, Model},
        webhook_delivery::{self, State},
    },
};

pub fn to_proto(webhook: Model) -> Webhook {
    let reason = match webhook.disabled_reason {
        DisabledReason::None => message::DisabledReason::Unspecified,
        DisabledReason::Admin => message::DisabledReason::Stopped,
        DisabledReason::Failing => message::DisabledReason::Failing,
        DisabledReason::Gone => message::DisabledReason::Gone,
    };
    Webhook {
        id: webhook.id.to_string(),
        url: webhook.url,
        description: webhook.description,
        kinds: webhook.kinds.0.into_iter().map(|kind| kind_to_proto(kind).into()).collect(),
        is_enabled: Some(webhook.disabled_at.is_none()),
        disabled_reason: reason.into(),
        failing_since: webhook.failing_since.map(timestamp),
        created_at: Some(timestamp(webhook.created_at)),
    }
}

pub fn delivery_to_proto(row: webhook_delivery::Model) -> WebhookDelivery {
    let state = match row.state {
        State::Pending => delivery::State::Pending,
        State::Delivered => delivery::State::Delivered,
        State::Failed => delivery::State::Failed,
    };
    WebhookDelivery {
        id: row.id.to_string(),
        webhook_id: row.webhook_id.to_string(),
        message_id: row.message_id,
        kind: kind_to_proto(row.kind).into(),
        body: row.body,
        state: state.into(),
        attempts: row.attempts,
        next_attempt_at: row.next_attempt_at.map(timestamp),
        last_attempt_at: row.last_attempt_at.map(timestamp),
        last_status: row.last_status,
        last_error: row.last_error,
        created_at: Some(timestamp(row.created_at)),
    }
}

/// None for the one that is never sent.
pub const fn state_from_proto(state: delivery::State) -> Option<State> {
    match state {
        delivery::State::Unspecified => None,
        delivery::State::Pending => Some(State::Pending),
        delivery::State::Delivered => Some(State::Delivered),
        delivery::State::Failed => Some(State::Failed),
    }
}
