//! RequestExcuse: whether it can be asked → keep the document → lock the session → look again → write the excuse, and let it have
//! its effect.
//!
//! The document is kept before any row speaks of it. A job that was written before looks an hour later whether a row does, and
//! takes it away where the call broke off in between.

use bytes::Bytes;
use chrono::TimeDelta;
use rollcall_proto::v1::RequestExcuseRequest;
use serde_json::json;
use uuid::Uuid;

use super::{
    RESOURCE,
    background::{LEFT, Left},
    document::Document,
    rules,
    service::Service,
    store,
};
use crate::{
    audit,
    convert::optional_id,
    entity::excuse::{Model, Status},
    jobs, organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    record, session,
    store::{Notice, detach},
};

/// Longer than any call takes.
const LEFT_AFTER: TimeDelta = TimeDelta::hours(1);

impl Service {
    pub(super) async fn request_excuse(
        &self,
        principal: &Principal,
        request: RequestExcuseRequest,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let RequestExcuseRequest { session_id, record_id, reason, document } = request;
        let session_id = match (
            optional_id("session_id", session_id.as_deref())?,
            optional_id("record_id", record_id.as_deref())?,
        ) {
            (Some(session_id), None) => session_id,
            (None, Some(record_id)) => self.own_record(principal, record_id).await?,
            _ => return Err(Problem::invalid_field("session_id", "must be there, or record_id, and not both")),
        };
        let (college_id, student_id) = (principal.college_id, principal.id);
        let database = &self.store.database;
        let session = session::find(database, college_id, session_id).await?;
        let college = organisation::find_college(database, college_id).await?;
        let is_enrolled = session::is_enrolled(&self.store, &session, student_id).await?;
        let found = record::find_of(database.reader(), college_id, session_id, student_id).await?;
        let now = self.clock.now();
        // Looked at before the document is read and kept, because most who may not ask are known by now.
        rules::check_asking(&college, &session, found.map(|record| record.status), is_enrolled, now)?;
        let document = match document {
            Some(bytes) => Some(read(bytes.into()).await?),
            None => None,
        };
        let key = match &document {
            Some(document) => Some(self.keep(document.bytes.clone()).await?),
            None => None,
        };
        let row = audit::Row::by(principal, &origin, "excuse.requested", now);
        let (store, documents) = (self.store.clone(), self.documents.clone());
        detach(async move {
            let work = store.database.write(move |tx| {
                Box::pin(async move {
                    let session = session::lock(tx, college_id, session_id).await?;
                    let found = record::find_of(tx, college_id, session_id, student_id).await?;
                    rules::check_asking(&college, &session, found.map(|record| record.status), is_enrolled, now)?;
                    let excuse = Model {
                        college_id,
                        id: Uuid::now_v7(),
                        session_id,
                        student_id,
                        status: Status::Open,
                        reason,
                        document_key: key,
                        document_type: document.as_ref().map(|document| document.kind),
                        document_bytes: document.as_ref().and_then(|document| document.bytes.len().try_into().ok()),
                        document_sha256: document.map(|document| document.sha256),
                        requested_at: now,
                        decide_by: rules::decide_by(&college, &session, now),
                        decided_at: None,
                        decided_by: None,
                        decision_reason: String::new(),
                    };
                    store::insert(tx, excuse.clone()).await?;
                    let reason = "An excuse waits for a decision.";
                    let changed = store::apply(tx, &session, &excuse, Some(student_id), reason, now).await?;
                    let detail = json!({"session_id": session_id, "has_document": key.is_some()});
                    audit::insert(tx, row.object(RESOURCE, excuse.id).detail(detail)).await?;
                    Ok((excuse, changed))
                })
            });
            let result = work.await;
            if let (Err(problem), Some(key)) = (&result, key)
                && !problem.is_fault()
            {
                // Nothing was written. Where that is not known for certain, the job will know.
                let _ = documents.delete(key).await;
            }
            let (excuse, changed) = result?;
            if changed {
                store.bus.announce(Notice::SessionChanged { college_id, session_id });
            }
            Ok(excuse)
        })
        .await
    }

    /// The session of a record of the caller's own.
    async fn own_record(&self, principal: &Principal, id: Uuid) -> Result<Uuid, Problem> {
        let record = record::find(&self.store.database, principal.college_id, id).await?;
        if record.student_id == principal.id {
            Ok(record.session_id)
        } else {
            Err(Problem::not_found(record::RESOURCE))
        }
    }

    /// Keeps a document under a new name, which a job knows before.
    async fn keep(&self, bytes: Bytes) -> Result<Uuid, Problem> {
        // Random in all of it: a name must not tell when it was made.
        let key = Uuid::new_v4();
        let due = self.clock.now() + LEFT_AFTER;
        let write = self
            .store
            .database
            .write(move |tx| Box::pin(async move { jobs::insert(tx, LEFT, &Left { key }, due).await }));
        write.await?;
        self.documents.put(key, bytes).await?;
        Ok(key)
    }
}

/// Reads a document off the threads that serve everybody else.
async fn read(bytes: Bytes) -> Result<Document, Problem> {
    let read = tokio::task::spawn_blocking(move || Document::read(bytes));
    read.await.map_err(Problem::internal)?.map_err(|fault| Problem::invalid_field("document", fault))
}
