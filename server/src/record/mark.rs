//! Marks, from a list or a file: lock the session → look again → make and change all the records, or none.

use serde_json::json;
use uuid::Uuid;

use super::{
    change::{Cause, change_many},
    roll::{Fault, Plan, Roll},
    rules,
};
use crate::{
    audit,
    entity::{
        attendance_record::{Model as Record, Status},
        college,
        record_change::Source,
        session,
    },
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    session as sessions,
    store::{Notice, Store, detach},
};

/// What is to be marked, and by whom.
#[derive(Clone, Debug)]
pub struct Marking {
    pub principal: Principal,
    pub origin: Origin,
    pub session_id: Uuid,
    pub marks: Vec<(Uuid, Status)>,
    pub reason: String,
    pub source: Source,
    pub now: chrono::DateTime<chrono::Utc>,
}

/// What marks did.
#[derive(Debug, Default)]
pub struct Marked {
    /// Those that were made, and then those that were changed.
    pub records: Vec<Record>,
    pub created: usize,
    pub updated: usize,
    pub unchanged: usize,
}

impl Marking {
    pub fn has_reason(&self) -> bool {
        !self.reason.is_empty()
    }

    /// Who can be marked, as far as can be told before the session is locked.
    pub async fn look(&self, store: &Store) -> Result<Roll, Problem> {
        let session = sessions::find_for_staff(store, &self.principal, self.session_id).await?;
        self.check(&self.college(store).await?, &session)?;
        Roll::load(store.database.reader(), &session).await
    }

    /// Writes the marks, or tells each that is at fault by its place; then nothing is written.
    pub async fn write(self, store: &Store) -> Result<Result<Marked, Vec<(usize, Fault)>>, Problem> {
        sessions::find_for_staff(store, &self.principal, self.session_id).await?;
        let college = self.college(store).await?;
        let (college_id, session_id) = (self.principal.college_id, self.session_id);
        let (store, bus) = (store.clone(), store.bus.clone());
        detach(async move {
            let work = store.database.write(move |tx| {
                Box::pin(async move {
                    let session = sessions::lock(tx, college_id, session_id).await?;
                    // The teacher may have been changed since.
                    sessions::check_staff(&self.principal, &session)?;
                    self.check(&college, &session)?;
                    let plan = match Roll::load(tx, &session).await?.plan(&self.marks, self.has_reason()) {
                        Ok(plan) => plan,
                        Err(faults) => return Ok(Err(faults)),
                    };
                    let Plan { changes, unchanged } = plan;
                    let (created, updated) = (changes.made.len(), changes.changed.len());
                    let cause = Cause {
                        by: Some(self.principal.id),
                        source: self.source,
                        reason: self.reason.clone(),
                        at: self.now,
                    };
                    let records = change_many(tx, &session, changes, &cause).await?;
                    if !records.is_empty() {
                        let row = audit::Row::by(&self.principal, &self.origin, "session.marked", self.now);
                        let detail = json!({"created": created, "updated": updated, "reason": self.reason});
                        audit::insert(tx, row.object(sessions::RESOURCE, session_id).detail(detail)).await?;
                    }
                    Ok(Ok(Marked { records, created, updated, unchanged }))
                })
            });
            let marked = work.await?;
            if marked.as_ref().is_ok_and(|marked| !marked.records.is_empty()) {
                bus.announce(Notice::SessionChanged { college_id, session_id });
            }
            Ok(marked)
        })
        .await
    }

    async fn college(&self, store: &Store) -> Result<college::Model, Problem> {
        organisation::find_college(&store.database, self.principal.college_id).await
    }

    fn check(&self, college: &college::Model, session: &session::Model) -> Result<(), Problem> {
        rules::check_held(session)?;
        rules::check_lock(college, session, self.now)?;
        self.marks.iter().try_for_each(|(student_id, _)| rules::check_own(&self.principal, *student_id))
    }
}
