//! RescheduleSession: lock the college and the session → nobody and nothing of it may be taken then → write; then everyone is
//! told.

use chrono::{DateTime, SecondsFormat, Utc};
use rollcall_proto::v1::RescheduleSessionRequest;
use serde_json::{Value, json};

use super::{
    adjust::Adjustment,
    conflict::{self, Part},
    rules,
    service::Service,
};
use crate::{
    convert,
    entity::session::{Model, State},
    geofence,
    origin::Origin,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn reschedule_session(
        &self,
        principal: &Principal,
        request: RescheduleSessionRequest,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let id = convert::id("id", &request.id)?;
        let planned_start = convert::time("planned_start", request.planned_start)?;
        let planned_end = convert::time("planned_end", request.planned_end)?;
        let named_location = convert::optional_id("location_id", request.location_id.as_deref())?;
        let named_others = request
            .also_locations
            .map(|named| convert::location_ids("also_locations.location_ids", &named.location_ids))
            .transpose()?;
        let reason = request.reason;
        rules::check_plan(planned_start, planned_end)?;
        if planned_start < self.clock.now() {
            return Err(Problem::invalid_field("planned_start", "must not be in the past"));
        }
        let adjustment = Adjustment { id, states: &[State::Scheduled], action: "session.rescheduled" };
        self.adjust(principal, adjustment, origin, move |tx, session| {
            Box::pin(async move {
                let location_id = match named_location {
                    Some(id) => geofence::find_in(tx, session.college_id, id).await?.id,
                    None => session.location_id,
                };
                let also_location_ids = match named_others {
                    Some(ids) => {
                        geofence::find_others(tx, session.college_id, &ids).await?;
                        ids
                    }
                    None => session.also_location_ids.clone(),
                };
                let changed = Model { planned_start, planned_end, location_id, also_location_ids, ..session.clone() };
                if changed == session {
                    return Ok(None);
                }
                conflict::check(tx, &changed, &Part::ALL).await?;
                let mut detail = json!({"from": told(&session), "to": told(&changed)});
                if !reason.is_empty() {
                    detail["reason"] = json!(reason);
                }
                Ok(Some((changed, detail)))
            })
        })
        .await
    }
}

fn told(session: &Model) -> Value {
    let stamp = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let mut told = json!({
        "planned_start": stamp(session.planned_start),
        "planned_end": stamp(session.planned_end),
        "location_id": session.location_id,
    });
    if !session.also_location_ids.is_empty() {
        told["also_location_ids"] = json!(session.also_location_ids);
    }
    told
}
