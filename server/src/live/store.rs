//! The queries of this slice.

use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _};
use uuid::Uuid;

use super::change::Change;
use crate::{
    entity::attendance_record::{self, Column},
    problem::Problem,
    session,
    store::Database,
};

/// What changed after a number. The session is read first: whatever its number counts is committed, so the records up to it
/// are all there.
pub async fn changes_after(
    database: &Database,
    college_id: Uuid,
    session_id: Uuid,
    after: i64,
) -> Result<Change, Problem> {
    let session = session::find(database, college_id, session_id).await?;
    let up_to = session.event_seq;
    let records = if up_to > after {
        attendance_record::in_college(college_id)
            .filter(Column::SessionId.eq(session_id))
            .filter(Column::EventSeq.gt(after))
            .filter(Column::EventSeq.lte(up_to))
            .order_by_asc(Column::EventSeq)
            .order_by_asc(Column::Id)
            .all(database.reader())
            .await?
    } else {
        Vec::new()
    };
    Ok(Change { after, up_to, session, records })
}
