//! Messages that are to be sent, written in the transaction of what they tell of.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{deliver, kinds::type_of, store};
use crate::{
    entity::{
        notification::Kind,
        webhook_delivery::{Model, State},
    },
    jobs,
    problem::Problem,
    store::Tx,
};

/// Something that other systems are told.
#[derive(Clone, Debug)]
pub struct Message {
    id: String,
    kind: Kind,
    at: DateTime<Utc>,
    body: String,
}

impl Message {
    /// One message about an event; where it takes several, `part` tells them apart.
    pub fn new(event_id: Uuid, part: usize, kind: Kind, at: DateTime<Utc>, data: Value) -> Self {
        let body = json!({"type": type_of(kind), "timestamp": at, "data": data}).to_string();
        Self { id: format!("msg_{}_{part}", event_id.simple()), kind, at, body }
    }
}

/// Has every webhook of a college told that wants to know. What goes to a webhook that fails waits behind nobody else's.
pub async fn enqueue(tx: &Tx, college_id: Uuid, messages: &[Message], now: DateTime<Utc>) -> Result<(), Problem> {
    if messages.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::new();
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for webhook in store::list_enabled(tx, college_id).await? {
        let is_wanted = |kind| webhook.kinds.0.is_empty() || webhook.kinds.0.contains(&kind);
        for message in messages.iter().filter(|message| is_wanted(message.kind)) {
            let row = pending(college_id, webhook.id, message, now);
            let job = deliver::Delivery { college_id, delivery_id: row.id };
            if webhook.failing_since.is_some() { &mut again } else { &mut first }.push(job);
            rows.push(row);
        }
    }
    store::insert_deliveries(tx, rows).await?;
    jobs::insert_all(tx, deliver::FIRST, first, now).await?;
    jobs::insert_all(tx, deliver::AGAIN, again, now).await
}

fn pending(college_id: Uuid, webhook_id: Uuid, message: &Message, now: DateTime<Utc>) -> Model {
    Model {
        college_id,
        id: Uuid::now_v7(),
        webhook_id,
        message_id: message.id.clone(),
        kind: message.kind,
        body: message.body.clone(),
        state: State::Pending,
        attempts: 0,
        next_attempt_at: Some(now),
        last_attempt_at: None,
        last_status: None,
        last_error: String::new(),
        created_at: message.at,
    }
}
