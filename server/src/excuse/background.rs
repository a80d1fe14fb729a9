//! What this slice does in the background: excuses that nobody has decided in time, and documents that no excuse speaks of.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, service::Service, store};
use crate::{
    audit,
    entity::excuse::{Model, Status},
    jobs::{End, Failure, Handler, Job, Runner},
    notification::{self, Event, What},
    problem::Problem,
    session,
    store::Notice,
};

const EXPIRE: &str = "excuse.expire";
const EXPIRE_EVERY: TimeDelta = TimeDelta::minutes(1);
/// Takes away a document that was left behind.
pub const LEFT: &str = "excuse.document_left";

/// Which document.
#[derive(Serialize, Deserialize)]
pub struct Left {
    pub key: Uuid,
}

impl Service {
    /// Gives a runner the handlers of this slice's jobs.
    pub fn handle_jobs(&self, runner: Runner) -> Runner {
        let service = Arc::new(self.clone());
        let expiring = service.clone();
        let expire = Handler::recurring(EXPIRE_EVERY, move || expiring.clone().expire());
        let left = Handler::new(move |job: Job| service.clone().sweep(job));
        runner.handle(EXPIRE, expire).handle(LEFT, left)
    }

    async fn sweep(self: Arc<Self>, job: Job) -> Result<End, Failure> {
        let Left { key } = job.payload()?;
        if !store::is_kept(&self.store.database, key).await? {
            self.documents.delete(key).await?;
        }
        Ok(End::Done)
    }

    /// Ends the time of excuses, one by one, so that none waits for another's session, or fails with it.
    async fn expire(self: Arc<Self>) -> Result<(), Problem> {
        loop {
            let now = self.clock.now();
            let expired = store::list_expired(&self.store.database, now).await?;
            if expired.is_empty() {
                return Ok(());
            }
            let mut failed = Ok(());
            for excuse in expired {
                failed = failed.and(self.expire_one(excuse, now).await);
            }
            // What failed would be found again at once: it waits for the next run.
            failed?;
        }
    }

    async fn expire_one(&self, excuse: Model, now: DateTime<Utc>) -> Result<(), Problem> {
        let (college_id, session_id, id) = (excuse.college_id, excuse.session_id, excuse.id);
        let changed = self.store.database.write(move |tx| {
            Box::pin(async move {
                let session = session::lock(tx, college_id, session_id).await?;
                let reason = "Nobody decided on the excuse in time.".to_owned();
                let verdict = store::Verdict { status: Status::Expired, by: None, reason: String::new(), at: now };
                // Another server may have done it.
                let Some(excuse) = store::decide(tx, college_id, id, &verdict, false).await? else { return Ok(false) };
                let changed = store::apply(tx, &session, &excuse, None, &reason, now).await?;
                let what = What::ExcuseDecided { student_id: excuse.student_id, is_approved: false, reason };
                notification::raise(tx, [Event::of(&session, what, None, now)]).await?;
                let row = audit::Row::new(college_id, "excuse.expired", now).object(RESOURCE, id);
                audit::insert(tx, row.detail(json!({"session_id": session_id, "record_changed": changed}))).await?;
                Ok(changed)
            })
        });
        if changed.await? {
            self.store.bus.announce(Notice::SessionChanged { college_id, session_id });
        }
        Ok(())
    }
}
