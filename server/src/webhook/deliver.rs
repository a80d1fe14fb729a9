//! The job that sends one message: sign → post → in one transaction write down how it went and, where it did not, the job of
//! the next try. A server that ends in between leaves a job that comes again when its lease ends: the message may arrive
//! twice, under one id.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{
    RESOURCE,
    post::{Answer, post},
    rules::{self, Verdict},
    secret::Secret,
    service::Service,
    store,
};
use crate::{
    audit,
    entity::{
        webhook,
        webhook_delivery::{Model, State},
    },
    jobs::{self, End, Failure, Job},
    problem::Problem,
    store::Tx,
};

/// First tries, of which none waits for another college's, or for a system that failed the last time.
pub const FIRST: &str = "webhook.deliver";
/// Later tries, and all to systems that failed the last time.
pub const AGAIN: &str = "webhook.retry";

/// At once, to webhooks of one college, in each lane of a server. Whoever answers slowly, or not at all, takes no more room than
/// that from the others, of which there is `jobs::Handler::wide`.
const OF_A_COLLEGE: usize = 2;
/// When a message is looked at again that found no room.
const LATER: TimeDelta = TimeDelta::seconds(1);

/// Where messages are sent side by side.
#[derive(Clone)]
pub struct Lane {
    kind: &'static str,
    /// How many of each college are being sent; those of none are left out.
    sending: Arc<Mutex<HashMap<Uuid, usize>>>,
}

/// A message that is being sent. Its room is free again when nobody holds it any more.
struct Place {
    college_id: Uuid,
    sending: Arc<Mutex<HashMap<Uuid, usize>>>,
}

impl Lane {
    pub fn new(kind: &'static str) -> Self {
        Self { kind, sending: Arc::default() }
    }

    /// None where the college has as many as it may.
    fn enter(&self, college_id: Uuid) -> Option<Place> {
        let mut sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        let count = sending.entry(college_id).or_default();
        if *count == OF_A_COLLEGE {
            return None;
        }
        *count += 1;
        Some(Place { college_id, sending: self.sending.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = sending.get_mut(&self.college_id) {
            *count -= 1;
            if *count == 0 {
                sending.remove(&self.college_id);
            }
        }
    }
}

/// Which message.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Delivery {
    pub college_id: Uuid,
    pub delivery_id: Uuid,
}

impl Service {
    pub(super) async fn deliver(self: Arc<Self>, lane: Lane, job: Job) -> Result<End, Failure> {
        let delivery: Delivery = job.payload()?;
        let Some(_place) = lane.enter(delivery.college_id) else {
            return self.later(lane.kind, delivery, job).await;
        };
        let found = store::find_to_send(&self.store.database, delivery.college_id, delivery.delivery_id).await?;
        // It was deleted with its webhook, or is over.
        let Some((webhook, row)) = found else { return Ok(End::Done) };
        let now = self.clock.now();
        let result = match webhook.disabled_at {
            None => Some(self.send(&webhook, &row, now).await),
            Some(_) => None,
        };
        let after = self.clock.now();
        let work = self.store.database.write(move |tx| {
            Box::pin(async move {
                settle(tx, webhook, row, result, after).await?;
                job.finish(tx).await
            })
        });
        work.await?;
        Ok(End::Finished)
    }

    /// Has a message wait, behind those of everybody else.
    async fn later(&self, kind: &'static str, delivery: Delivery, job: Job) -> Result<End, Failure> {
        let now = self.clock.now();
        let work = self.store.database.write(move |tx| {
            Box::pin(async move {
                jobs::insert_all_at(tx, kind, [(delivery, now + LATER)], now).await?;
                job.finish(tx).await
            })
        });
        work.await?;
        Ok(End::Finished)
    }

    async fn send(&self, webhook: &webhook::Model, row: &Model, now: DateTime<Utc>) -> Result<Answer, String> {
        // What was public when it was written may not be allowed any more.
        let url = self.gate.read(&webhook.url).map_err(|fault| format!("the URL {fault}"))?;
        let timestamp = now.timestamp();
        let signatures: Vec<String> = rules::generations(webhook, now)
            .into_iter()
            .map(|generation| Secret::derive(&self.keys.webhook, webhook.college_id, webhook.id, generation))
            .map(|secret| secret.sign(&row.message_id, timestamp, &row.body))
            .collect();
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("webhook-id", row.message_id.clone()),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", signatures.join(" ")),
        ] {
            headers.insert(name, HeaderValue::from_str(&value).map_err(|error| error.to_string())?);
        }
        post(&self.gate, &url, headers, Bytes::from(row.body.clone())).await
    }
}

/// Writes down that a webhook fails, and stops it where it did so for long, or is gone.
async fn note(
    tx: &Tx,
    webhook: webhook::Model,
    answer: Option<Answer>,
    error: &str,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let webhook = store::note_failing(tx, webhook, now).await?;
    if let Some(reason) = rules::disables(&webhook, answer, now)
        && store::disable(tx, webhook.college_id, webhook.id, reason, now).await?
    {
        let deed = audit::Row::new(webhook.college_id, "webhook.disabled", now)
            .object(RESOURCE, webhook.id)
            .detail(json!({"url": webhook.url, "error": error}));
        audit::insert(tx, deed).await?;
    }
    Ok(())
}

/// Writes down how a try went; none was made to a webhook that is stopped.
async fn settle(
    tx: &Tx,
    webhook: webhook::Model,
    row: Model,
    result: Option<Result<Answer, String>>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let Some(result) = result else {
        let stopped = "the webhook is stopped".to_owned();
        let over = Model { state: State::Failed, next_attempt_at: None, last_error: stopped, ..row };
        return store::write_delivery(tx, over).await;
    };
    let answer = result.as_ref().ok().copied();
    let attempts = row.attempts + 1;
    let verdict = rules::judge(attempts, answer, rand::random());
    let tried = Model {
        attempts,
        last_attempt_at: Some(now),
        last_status: answer.map(|answer| i32::from(answer.status)),
        next_attempt_at: None,
        ..row
    };
    let outcome = if verdict == Verdict::Delivered { "delivered" } else { "failed" };
    metrics::counter!("rollcall_webhook_attempts_total", "result" => outcome).increment(1);
    if verdict == Verdict::Delivered {
        // The webhook before its delivery, as everybody locks them.
        store::clear_failing(tx, webhook.college_id, webhook.id).await?;
        return store::write_delivery(tx, Model { state: State::Delivered, last_error: String::new(), ..tried }).await;
    }
    let told = result.map_or_else(|fault| fault, |answer| format!("it answered {}", answer.status));
    let failed = Model { last_error: told.chars().take(500).collect(), ..tried };
    // What an address said that is not the webhook's any more says nothing of the one that it has now.
    let current = store::lock(tx, webhook.college_id, webhook.id).await?;
    if current.url == webhook.url {
        note(tx, current, answer, &failed.last_error, now).await?;
    }
    match verdict {
        Verdict::Again(wait) => {
            let due_at = now + wait;
            let job = Delivery { college_id: failed.college_id, delivery_id: failed.id };
            jobs::insert_all_at(tx, AGAIN, [(job, due_at)], now).await?;
            store::write_delivery(tx, Model { next_attempt_at: Some(due_at), ..failed }).await
        }
        Verdict::Delivered | Verdict::GivenUp => {
            store::write_delivery(tx, Model { state: State::Failed, ..failed }).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_college_takes_the_room_of_others() {
        let lane = Lane::new(FIRST);
        let [one, other] = [1, 2].map(Uuid::from_u128);
        let mut held: Vec<Place> = (0..OF_A_COLLEGE).filter_map(|_| lane.enter(one)).collect();
        assert_eq!(held.len(), OF_A_COLLEGE);
        assert!(lane.enter(one).is_none());
        assert!(lane.enter(other).is_some());
        held.pop();
        assert!(lane.enter(one).is_some());
        held.clear();
        assert!(lane.sending.lock().expect("nobody has it").is_empty());
    }
}
