//! CorrectPunch: find what is corrected → store what counts in its place; the key that both would have lets one correction be.

use std::sync::Arc;

use rollcall_proto::v1::{CorrectPunchRequest, Punch};
use sea_orm::ActiveEnum as _;
use serde_json::json;
use uuid::Uuid;

use super::{
    PUNCH,
    convert::{self, punch_to_proto},
    create_punch::refuse,
    instant::Instant,
    keep::{self, Outcome},
    read,
    service::Service,
    store,
};
use crate::{
    audit,
    entity::punch::{Model, Source},
    origin::Origin,
    principal::Principal,
    problem::{ErrorReason, Problem},
};

impl Service {
    pub(super) async fn correct_punch(
        &self,
        principal: &Principal,
        id: Uuid,
        request: CorrectPunchRequest,
        origin: Origin,
    ) -> Result<Punch, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let before = store::find_punch(self.store.database.reader(), college_id, id).await?;
        let event_type = convert::event_type(request.event_type()).unwrap_or(before.event_type);
        let (event_time, at, utc_offset_seconds) = match request.event_time.as_str() {
            "" => (before.event_time.clone(), before.occurred_at, before.utc_offset_seconds),
            text => {
                let read = Instant::read(text, now).map_err(|fault| Problem::invalid_field("event_time", fault))?;
                (text.to_owned(), read.at, read.offset_seconds)
            }
        };
        // What was taken back by mistake comes back by a correction that takes nothing back.
        let is_same = (event_type, at) == (before.event_type, before.occurred_at);
        if request.is_void == before.is_void && (is_same || request.is_void) {
            return Err(Problem::invalid_field("event_type", "changes nothing, and event_time and is_void neither"));
        }
        let correction = Arc::new(Model {
            id: Uuid::now_v7(),
            event_type,
            occurred_at: at,
            event_time,
            utc_offset_seconds,
            time_zone: before.time_zone.clone().filter(|_| request.event_time.is_empty()),
            source: Source::Manual,
            event_id: None,
            event_key: read::key_of_correction(id),
            verification: None,
            corrects_id: Some(id),
            is_void: request.is_void,
            reason: Some(request.reason),
            recorded_by: read::By::of(principal).recorded_by,
            recorded_at: now,
            ..before.clone()
        });
        let told = |punch: &Model| json!({"event_type": punch.event_type.to_value(), "event_time": punch.event_time});
        let detail = json!({
            "corrected_by": correction.id,
            "from": told(&before),
            "to": if correction.is_void { json!(null) } else { told(&correction) },
            "reason": correction.reason,
        });
        let row = audit::Row::by(principal, &origin, "punch.corrected", now).object(PUNCH, id).detail(detail);
        let stored = correction.clone();
        let work = self.store.database.write(move |tx| {
            Box::pin(async move {
                let outcome = keep::store_within(tx, stored).await?;
                if outcome == Outcome::Stored {
                    audit::insert(tx, row).await?;
                }
                Ok(outcome)
            })
        });
        let outcome = work.await?;
        if outcome == Outcome::Known {
            return self.give_first(&correction).await;
        }
        refuse(outcome)?;
        Ok(punch_to_proto(Arc::unwrap_or_clone(correction), None, false))
    }

    /// The correction that is there, where it says the same.
    async fn give_first(&self, correction: &Model) -> Result<Punch, Problem> {
        let (reader, college_id) = (self.store.database.reader(), correction.college_id);
        let mut found = store::find_by_keys(reader, college_id, &[correction.event_key]).await?;
        let first = found.remove(&correction.event_key).ok_or_else(|| Problem::not_found(PUNCH))?;
        if !read::is_same(&first, correction) {
            let words = "The punch has been corrected before. Correct its correction.";
            return Err(Problem::new(ErrorReason::AlreadyCorrected, words).with("corrected_by_id", first.id));
        }
        let corrected_by = store::find_corrections(reader, college_id, std::iter::once(first.id)).await?;
        let corrected_by = corrected_by.get(&first.id).copied();
        Ok(punch_to_proto(first, corrected_by, true))
    }
}
