//! What becomes of the record: lock the session → look what is there → write, or leave it.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use crate::{
    checkin::{Refusal, already_checked_in, take_devices},
    entity::{
        attendance_record::{Model as Record, Status},
        excuse,
        record_change::{self, Source},
        session::{Model as Session, State},
    },
    jobs,
    problem::Problem,
    record::{self, Cause},
    review, session,
    store::{Notice, Store, Tx},
};

/// Whether a check-in counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    Counts,
    /// Not before somebody has confirmed it.
    Waits,
}

/// For the history of the record.
const REASON: &str = "Checked in without a network, and handed in later.";

/// Stores a check-in, unless there is a record that it must not touch. The record, and whether it was there already.
pub async fn keep(
    store: &Store,
    check_in: Record,
    claim: Claim,
    now: DateTime<Utc>,
) -> Result<(Record, bool), Problem> {
    let (college_id, session_id) = (check_in.college_id, check_in.session_id);
    let work = store.database.write(move |tx| {
        Box::pin(async move {
            let session = session::lock(tx, college_id, session_id).await?;
            if !matches!(session.state, State::Active | State::Completed) {
                return Err(Refusal::SessionNotActive(session.state).into());
            }
            let before = record::find_of(tx, college_id, session_id, check_in.student_id).await?;
            if let Some(before) = &before {
                if before.check_in_id == check_in.check_in_id {
                    return Ok((before.clone(), true));
                }
                if is_settled(tx, before).await? {
                    return Err(already_checked_in(before));
                }
            }
            let shown = (check_in.status, check_in.late_by_seconds);
            let check_in = match claim {
                Claim::Counts => check_in,
                Claim::Waits => {
                    let status = match &before {
                        Some(before) => before.status,
                        None => absence(tx, &session, check_in.student_id).await?,
                    };
                    Record { status, late_by_seconds: 0, ..check_in }
                }
            };
            let cause = Cause { by: None, source: Source::Offline, reason: REASON.to_owned(), at: now };
            let record = record::hand_in(tx, &session, before, check_in, &cause).await?;
            if claim == Claim::Waits {
                review::wait(tx, &record, shown).await?;
            }
            take_devices(tx, &record).await?;
            if session.state == State::Completed {
                // What shows only when everybody is there was looked for without it.
                jobs::insert(tx, session::OVER, &session::Over { college_id, session_id }, now).await?;
            }
            Ok((record, false))
        })
    });
    let (record, is_there) = work.await?;
    if !is_there {
        jobs::announce(&store.bus);
        store.bus.announce(Notice::SessionChanged { college_id, session_id });
    }
    Ok((record, is_there))
}

/// Whether a record says already that somebody was there, or how it came that they were not: by a check-in, or by hand. What the end of the
/// session and an excuse have made of it is what nobody knew better.
async fn is_settled(tx: &Tx, record: &Record) -> Result<bool, Problem> {
    if record.check_in_id.is_some() || matches!(record.status, Status::Present | Status::Late) {
        return Ok(true);
    }
    let by_hand = record_change::in_college(record.college_id)
        .filter(record_change::Column::RecordId.eq(record.id))
        .filter(record_change::Column::Source.ne(Source::Excuse))
        .limit(1);
    Ok(by_hand.count(tx).await? > 0)
}

/// What the record of somebody says who is taken for absent.
async fn absence(tx: &Tx, session: &Session, student_id: Uuid) -> Result<Status, Problem> {
    let excuses = excuse::standing(tx, session).await?;
    let of_student = excuses.into_iter().find(|(id, _)| *id == student_id);
    Ok(of_student.map_or(Status::Absent, |(_, excuse)| excuse.of_absence()))
}
