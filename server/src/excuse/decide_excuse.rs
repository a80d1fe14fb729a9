//! DecideExcuse: lock the session → look again who may → decide, if it is still open and in time → let it have its effect.

use rollcall_proto::v1::DecideExcuseRequest;
use serde_json::json;

use super::{RESOURCE, convert::decision, rules, service::Service, store};
use crate::{
    audit,
    convert::optional_id,
    entity::excuse::{Model, Status},
    jobs,
    notification::{self, Event, What},
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    record, session,
    store::{Notice, detach},
};

impl Service {
    pub(super) async fn decide_excuse(
        &self,
        principal: &Principal,
        request: DecideExcuseRequest,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let decision = decision(request.decision())?;
        let excuse = self.meant(principal, &request).await?;
        record::check_own(principal, excuse.student_id)?;
        let (college_id, session_id, id) = (excuse.college_id, excuse.session_id, excuse.id);
        let college = organisation::find_college(&self.store.database, college_id).await?;
        let now = self.clock.now();
        rules::check_open(&excuse, now)?;
        let (store, principal) = (self.store.clone(), principal.clone());
        let verdict =
            store::Verdict { status: decision.status(), by: Some(principal.id), reason: request.reason, at: now };
        detach(async move {
            let work = store.database.write(move |tx| {
                Box::pin(async move {
                    let session = session::lock(tx, college_id, session_id).await?;
                    // The teacher may have been changed since.
                    if !session::teaches(&principal, &session) {
                        return Err(Problem::not_found(RESOURCE));
                    }
                    record::check_lock(&college, &session, now)?;
                    let Some(excuse) = store::decide(tx, college_id, id, &verdict, true).await? else {
                        let excuse = store::find_in(tx, college_id, id).await?;
                        rules::check_open(&excuse, now)?;
                        return Err(Problem::internal("an excuse that is open was not decided"));
                    };
                    let changed = store::apply(tx, &session, &excuse, Some(principal.id), &verdict.reason, now).await?;
                    let what = What::ExcuseDecided {
                        student_id: excuse.student_id,
                        is_approved: excuse.status == Status::Approved,
                        reason: verdict.reason.clone(),
                    };
                    notification::raise(tx, [Event::of(&session, what, Some(principal.id), now)]).await?;
                    let row = audit::Row::by(&principal, &origin, decision.action(), now).object(RESOURCE, id);
                    let detail = json!({"session_id": session_id, "reason": verdict.reason, "record_changed": changed});
                    audit::insert(tx, row.detail(detail)).await?;
                    Ok((excuse, changed))
                })
            });
            let (excuse, changed) = work.await?;
            jobs::announce(&store.bus);
            if changed {
                store.bus.announce(Notice::SessionChanged { college_id, session_id });
            }
            Ok(excuse)
        })
        .await
    }

    /// The excuse that is named, or the last one of the student and the session of the record that is named.
    async fn meant(&self, principal: &Principal, request: &DecideExcuseRequest) -> Result<Model, Problem> {
        let id = optional_id("id", request.id.as_deref())?;
        let record_id = optional_id("record_id", request.record_id.as_deref())?;
        let record_id = match (id, record_id) {
            (Some(id), None) => return self.get_excuse(principal, id).await,
            (None, Some(record_id)) => record_id,
            _ => return Err(Problem::invalid_field("id", "must be there, or record_id, and not both")),
        };
        let database = &self.store.database;
        let record = record::find(database, principal.college_id, record_id).await?;
        let session = session::find(database, principal.college_id, record.session_id).await?;
        if !session::teaches(principal, &session) {
            return Err(Problem::not_found(record::RESOURCE));
        }
        store::find_last(database, &record).await
    }
}
