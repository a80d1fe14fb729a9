//! One device that checks in two students.
//!
//! Whoever comes first to a session by a device leaves a row, in the statement that stores the record; whoever comes second finds it
//! in the way, which no replica can miss, and leaves a job in the same statement. The job flags every record of that device in the
//! session: also the earlier one, which was answered long ago.

use std::sync::Arc;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, QueryFilter as _, QueryTrait as _, sea_query::OnConflict,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{flagging, service::Service};
use crate::{
    device::{About, Claim},
    entity::{
        attendance_record::{self, Column, Model as Record},
        evidence::Flag,
        session, session_device,
    },
    jobs::{self, End, Failure, Handler, Job, Runner},
    problem::Problem,
    session as sessions,
    store::{Database, Notice, Tx},
};

/// The kind of job that flags the records of a device.
pub const KIND: &str = "checkin.shared_device";

/// The record whose device has checked in somebody else. The statement for PostgreSQL writes the same names.
#[derive(Serialize, Deserialize)]
pub struct Shared {
    college_id: Uuid,
    session_id: Uuid,
    record_id: Uuid,
}

impl Shared {
    pub const fn of(record: &Record) -> Self {
        Self { college_id: record.college_id, session_id: record.session_id, record_id: record.id }
    }
}

/// What a record says of its device, as it is kept of the session: the client's name for it, and the key that signed.
pub fn devices(record: &Record) -> Vec<String> {
    names(record.device_id.as_deref(), record.device_key_id)
}

fn names(device_id: Option<&str>, key_id: Option<Uuid>) -> Vec<String> {
    let named = device_id.map(|id| format!("id:{id}"));
    named.into_iter().chain(key_id.map(|id| format!("key:{id}"))).collect()
}

/// The record as it will be when the job is done.
pub fn flagged(record: &Record) -> Record {
    flagging::flagged(record.clone(), Flag::SharedDevice)
}

/// Writes down who was checked in by a record's device, and leaves a job where that has checked in somebody else. Whether it has.
pub async fn take(tx: &Tx, record: &Record) -> Result<bool, Problem> {
    let mut is_shared = false;
    for device in devices(record) {
        let row = session_device::Model {
            college_id: record.college_id,
            session_id: record.session_id,
            device,
            student_id: record.student_id,
        };
        let any_conflict = OnConflict::new().do_nothing().to_owned();
        let insert = session_device::insert([row.into()]).on_conflict(any_conflict).into_query();
        if tx.execute(&insert).await?.rows_affected() == 0 && !is_shared {
            is_shared = true;
            jobs::insert(tx, KIND, &Shared::of(record), record.marked_at).await?;
        }
    }
    Ok(is_shared)
}

/// Whether another student is checked in to the session by the device. Two who come at once may both not be told here.
pub async fn is_taken(database: &Database, about: About, claim: &Claim, key_id: Option<Uuid>) -> Result<bool, Problem> {
    let devices = names(claim.device_id.as_deref(), key_id);
    if devices.is_empty() {
        return Ok(false);
    }
    let found = session_device::in_college(about.college_id)
        .filter(session_device::Column::SessionId.eq(about.session_id))
        .filter(session_device::Column::Device.is_in(devices))
        .filter(session_device::Column::StudentId.ne(about.student_id))
        .one(database.reader())
        .await?;
    Ok(found.is_some())
}

impl Service {
    /// Gives a runner the handlers of this slice's jobs.
    pub fn handle_jobs(&self, runner: Runner) -> Runner {
        let (sharing, ending) = (Arc::new(self.clone()), Arc::new(self.clone()));
        runner
            .handle(KIND, Handler::new(move |job: Job| sharing.clone().flag_shared(job)))
            .handle(sessions::OVER, Handler::new(move |job: Job| ending.clone().look_back(job)))
    }

    async fn flag_shared(self: Arc<Self>, job: Job) -> Result<End, Failure> {
        let Shared { college_id, session_id, record_id } = job.payload()?;
        let now = self.clock.now();
        let work = self.store.database.write(move |tx| {
            Box::pin(async move {
                let session = sessions::lock(tx, college_id, session_id).await?;
                let unflagged = list_unflagged(tx, &session, record_id).await?;
                flagging::store(tx, &session, unflagged.iter().map(flagged).collect(), now).await?;
                job.finish(tx).await
            })
        });
        work.await?;
        self.store.bus.announce(Notice::SessionChanged { college_id, session_id });
        Ok(End::Finished)
    }
}

/// The records of the device that do not say so yet.
async fn list_unflagged(tx: &Tx, session: &session::Model, record_id: Uuid) -> Result<Vec<Record>, Problem> {
    let of_session = || attendance_record::in_college(session.college_id).filter(Column::SessionId.eq(session.id));
    let Some(record) = of_session().filter(Column::Id.eq(record_id)).one(tx).await? else { return Ok(Vec::new()) };
    // An empty `any` would hold for every row.
    let mut same = Condition::any().add(Column::Id.eq(record_id));
    if let Some(device_id) = record.device_id {
        same = same.add(Column::DeviceId.eq(device_id));
    }
    if let Some(key_id) = record.device_key_id {
        same = same.add(Column::DeviceKeyId.eq(key_id));
    }
    let mut records = of_session().filter(same).all(tx).await?;
    records.retain(|record| !record.flags.0.contains(&Flag::SharedDevice));
    Ok(records)
}
