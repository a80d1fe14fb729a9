//! UpdateRecord: lock the session → look again who may and until when → change, with its history and its row in the audit.

use rollcall_proto::v1::UpdateRecordRequest;
use serde_json::json;

use super::{
    RESOURCE,
    change::{Cause, change},
    rules,
    service::Service,
    store,
};
use crate::{
    audit,
    checkin::status_name,
    convert,
    entity::{attendance_record::Model, record_change::Source},
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    session,
    store::{Notice, detach},
};

impl Service {
    pub(super) async fn update_record(
        &self,
        principal: &Principal,
        request: UpdateRecordRequest,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let id = convert::id("id", &request.id)?;
        let to = rules::by_hand(request.status()).map_err(|fault| Problem::invalid_field("status", fault))?;
        let record = self.get_record(principal, id).await?;
        rules::check_own(principal, record.student_id)?;
        let (college_id, session_id) = (record.college_id, record.session_id);
        let college = organisation::find_college(&self.store.database, college_id).await?;
        let (store, principal, now) = (self.store.clone(), principal.clone(), self.clock.now());
        detach(async move {
            let work = store.database.write(move |tx| {
                Box::pin(async move {
                    let session = session::lock(tx, college_id, session_id).await?;
                    // The teacher may have been changed since.
                    if !session::teaches(&principal, &session) {
                        return Err(Problem::not_found(RESOURCE));
                    }
                    rules::check_held(&session)?;
                    rules::check_lock(&college, &session, now)?;
                    let record = store::find_in(tx, college_id, id).await?;
                    if record.status == to {
                        return Ok((record, false));
                    }
                    let detail = json!({
                        "from": status_name(record.status), "to": status_name(to), "reason": request.reason,
                    });
                    let cause =
                        Cause { by: Some(principal.id), source: Source::Correction, reason: request.reason, at: now };
                    let changed = change(tx, &session, record, to, &cause).await?;
                    let row = audit::Row::by(&principal, &origin, "record.corrected", now).object(RESOURCE, id);
                    audit::insert(tx, row.detail(detail)).await?;
                    Ok((changed, true))
                })
            });
            let (record, is_changed) = work.await?;
            if is_changed {
                store.bus.announce(Notice::SessionChanged { college_id, session_id });
            }
            Ok(record)
        })
        .await
    }
}
