//! The queries about what was decided before: sessions and their check-ins, some at a time.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::weigh::Beginning;
use crate::{
    entity::{
        attendance_record::{self, Status},
        check_in_attempt,
        evidence::{EvidenceList, FlagList},
        policy::{Model, Scope},
        session,
    },
    problem::Problem,
    store::{Database, after},
};

pub const SESSIONS_AT_ONCE: usize = 100;
/// About a megabyte.
pub const CHECK_INS_AT_ONCE: usize = 1_000;

/// A session that check-ins were made to.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    pub id: Uuid,
    pub beginning: Beginning,
}

/// A check-in that was accepted.
pub struct Accepted {
    pub session_id: Uuid,
    pub id: Uuid,
    pub evidence: EvidenceList,
    pub flags: FlagList,
    pub status: Status,
    pub marked_at: DateTime<Utc>,
}

/// The sessions that a policy is for and that were planned between two times, after the last of those that were read before.
pub async fn list_sessions(
    database: &Database,
    policy: &Model,
    (begin, end): (DateTime<Utc>, DateTime<Utc>),
    last: Option<Held>,
) -> Result<Vec<Held>, Problem> {
    use session::Column;
    let mut query = session::in_college(policy.college_id)
        .filter(Column::PlannedStart.gte(begin))
        .filter(Column::PlannedStart.lt(end))
        .order_by_asc(Column::PlannedStart)
        .order_by_asc(Column::Id)
        .limit(SESSIONS_AT_ONCE as u64);
    query = match policy.scope {
        Scope::College => query,
        Scope::Division => query.filter(Column::DivisionId.eq(policy.scope_id)),
        Scope::Timetable => query.filter(Column::TimetableId.eq(policy.scope_id)),
        Scope::Session => query.filter(Column::Id.eq(policy.scope_id)),
    };
    if let Some(Held { id, beginning }) = last {
        query = query.filter(after((Column::PlannedStart, beginning.planned_start), (Column::Id, id)));
    }
    let columns = [Column::Id, Column::PlannedStart, Column::StartedAt, Column::LateGraceSeconds];
    let rows = query.select_only().columns(columns).into_tuple().all(database.reader()).await?;
    let held = rows.into_iter().map(|(id, planned_start, started_at, late_grace_seconds)| Held {
        id,
        beginning: Beginning { planned_start, started_at, late_grace_seconds },
    });
    Ok(held.collect())
}

/// The check-ins to sessions that were accepted, after the last (session, record) of those that were read before.
pub async fn list_records(
    database: &Database,
    college_id: Uuid,
    sessions: &[Uuid],
    last: Option<(Uuid, Uuid)>,
) -> Result<Vec<Accepted>, Problem> {
    use attendance_record::Column;
    let mut query = attendance_record::in_college(college_id)
        .filter(Column::SessionId.is_in(sessions.iter().copied()))
        .filter(Column::CheckInId.is_not_null())
        .order_by_asc(Column::SessionId)
        .order_by_asc(Column::Id)
        .limit(CHECK_INS_AT_ONCE as u64);
    if let Some((session_id, id)) = last {
        query = query.filter(after((Column::SessionId, session_id), (Column::Id, id)));
    }
    let columns = [Column::SessionId, Column::Id, Column::Evidence, Column::Flags, Column::Status, Column::MarkedAt];
    let rows = query.select_only().columns(columns).into_tuple().all(database.reader()).await?;
    let accepted = rows.into_iter().map(|(session_id, id, evidence, flags, status, marked_at)| Accepted {
        session_id,
        id,
        evidence,
        flags,
        status,
        marked_at,
    });
    Ok(accepted.collect())
}

/// The same of those that were refused, each with its reason.
pub async fn list_attempts(
    database: &Database,
    college_id: Uuid,
    sessions: &[Uuid],
    last: Option<(Uuid, Uuid)>,
) -> Result<Vec<(Uuid, Uuid, EvidenceList, String)>, Problem> {
    use check_in_attempt::Column;
    let mut query = check_in_attempt::in_college(college_id)
        .filter(Column::SessionId.is_in(sessions.iter().copied()))
        .order_by_asc(Column::SessionId)
        .order_by_asc(Column::Id)
        .limit(CHECK_INS_AT_ONCE as u64);
    if let Some((session_id, id)) = last {
        query = query.filter(after((Column::SessionId, session_id), (Column::Id, id)));
    }
    let columns = [Column::SessionId, Column::Id, Column::Evidence, Column::Reason];
    Ok(query.select_only().columns(columns).into_tuple().all(database.reader()).await?)
}
