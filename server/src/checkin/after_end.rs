//! What only shows when everybody is there: looked for once a session is over, and flagged as if it had been seen at once.
//!
//! Two students who sent the very same position: one of them copied it, or the same program made both up. And a student who was
//! somewhere else within the same minute: of two check-ins on the way at once, neither could see the other.

use std::{collections::HashMap, sync::Arc};

use chrono::TimeDelta;
use futures_util::future::try_join_all;
use sea_orm::{ColumnTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::{
    earlier::{Asked, tells_apart},
    factor::travel::{self, Whereabouts},
    flagging,
    service::Service,
};
use crate::{
    entity::{
        attendance_record::{self, Column, Model as Record},
        evidence::Flag,
    },
    geofence::Position,
    jobs::{End, Failure, Job},
    problem::Problem,
    session::{self as sessions, Over},
    store::Notice,
};

/// So long after a check-in another one may have been on its way.
const AT_ONCE: TimeDelta = TimeDelta::minutes(1);
/// How many are asked for at a time: fewer than wait for a batch.
const AT_A_TIME: usize = 500;
const TEN_MILLIONTHS: f64 = 1e7;

impl Service {
    pub(super) async fn look_back(self: Arc<Self>, job: Job) -> Result<End, Failure> {
        let Over { college_id, session_id } = job.payload()?;
        let of_session = move || attendance_record::in_college(college_id).filter(Column::SessionId.eq(session_id));
        let sent = of_session().filter(Column::Latitude.is_not_null()).filter(Column::CheckInId.is_not_null());
        let records = sent.all(self.store.database.reader()).await.map_err(Problem::from)?;
        let mut found: Vec<(Uuid, Flag)> = shared(&records).map(|id| (id, Flag::SharedPosition)).collect();
        found.extend(self.list_at_once(&records).await?.into_iter().map(|id| (id, Flag::ImpossibleTravel)));
        if found.is_empty() {
            return Ok(End::Done);
        }
        let now = self.clock.now();
        let work = self.store.database.write(move |tx| {
            Box::pin(async move {
                let session = sessions::lock(tx, college_id, session_id).await?;
                let mut flagged = Vec::new();
                for record in of_session().all(tx).await? {
                    let flags = found.iter().filter(|(id, flag)| *id == record.id && !record.flags.0.contains(flag));
                    let flags: Vec<Flag> = flags.map(|(_, flag)| *flag).collect();
                    if !flags.is_empty() {
                        flagged.push(flags.into_iter().fold(record, flagging::flagged));
                    }
                }
                flagging::store(tx, &session, flagged, now).await?;
                job.finish(tx).await
            })
        });
        work.await?;
        self.store.bus.announce(Notice::SessionChanged { college_id, session_id });
        Ok(End::Finished)
    }

    /// The records of students who checked in somewhere else within a minute.
    async fn list_at_once(&self, records: &[Record]) -> Result<Vec<Uuid>, Problem> {
        let mut found = Vec::new();
        for some in records.chunks(AT_A_TIME) {
            let asked = some.iter().map(|record| {
                let Record { college_id, student_id, session_id, marked_at, .. } = *record;
                self.earlier.read(Asked { college_id, student_id, session_id, position: None, at: marked_at })
            });
            for (record, others) in some.iter().zip(try_join_all(asked).await?) {
                let Some(position) = position(record) else { continue };
                let here = Whereabouts::measured(position, record.marked_at);
                let is_apart = others.iter().any(|other| {
                    let there = other.whereabouts;
                    let is_near = (there.at - here.at).abs() <= AT_ONCE;
                    other.has_attended && is_near && travel::judge(there, here).is_some()
                });
                if is_apart {
                    found.push(record.id);
                }
            }
        }
        Ok(found)
    }
}

fn position(record: &Record) -> Option<Position> {
    let (latitude, longitude) = (record.latitude?, record.longitude?);
    Some(Position { latitude, longitude, accuracy_meters: record.accuracy_meters })
}

/// The records that have their position in common with another one.
fn shared(records: &[Record]) -> impl Iterator<Item = Uuid> {
    let mut alike: HashMap<(i64, i64, u64), Vec<Uuid>> = HashMap::new();
    for record in records {
        let Some(position) = position(record).filter(tells_apart) else { continue };
        let digits = |degrees: f64| (degrees * TEN_MILLIONTHS).round() as i64;
        let accuracy = position.accuracy_meters.unwrap_or_default().to_bits();
        alike.entry((digits(position.latitude), digits(position.longitude), accuracy)).or_default().push(record.id);
    }
    alike.into_values().filter(|ids| ids.len() > 1).flatten()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::entity::{attendance_record::Status, session};

    fn record(latitude: f64, longitude: f64, accuracy_meters: Option<f64>) -> Record {
        let session = session::Model::example(DateTime::UNIX_EPOCH);
        let fresh = Record::of(&session, Uuid::now_v7(), Status::Present, DateTime::UNIX_EPOCH);
        Record { latitude: Some(latitude), longitude: Some(longitude), accuracy_meters, ..fresh }
    }

    #[test]
    fn only_what_is_the_same_to_the_last_digit_is_shared() {
        let exact = Some(4.5);
        let table: [(&str, Record, bool); 6] = [
            ("copied", record(12.971_612_345, 77.594_598_765, exact), true),
            ("written with seven digits", record(12.971_612_3, 77.594_598_8, exact), true),
            ("a centimetre beside", record(12.971_612_445, 77.594_598_765, exact), false),
            ("another accuracy", record(12.971_612_345, 77.594_598_765, Some(4.6)), false),
            ("by a network", record(12.971_612_345, 77.594_598_765, Some(30.0)), false),
            ("without an accuracy", record(12.971_612_345, 77.594_598_765, None), false),
        ];
        for (name, other, expected) in table {
            let records = [record(12.971_612_345, 77.594_598_765, exact), other];
            assert_eq!(shared(&records).count(), if expected { 2 } else { 0 }, "{name}");
        }
        // At a table, by an app that sends six digits, or over one network.
        for (latitude, accuracy) in [(12.971_612, exact), (12.971_612_345, Some(35.0))] {
            let records = [0, 1].map(|_| record(latitude, 77.594_598, accuracy));
            assert_eq!(shared(&records).count(), 0);
        }
    }
}
