//! The queries of this slice.

use rollcall_proto::v1::RollCounts;
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, QueryFilter as _, QueryOrder as _, Statement};
use uuid::Uuid;

use super::change::Reading;
use crate::{
    convert,
    entity::attendance_record::{self, Column},
    problem::Problem,
    session,
    store::Store,
};

/// A session's number and its roll as they were at one moment, because they are of one statement.
const COUNT: &str = "
SELECT s.event_seq,
       count(r.id) FILTER (WHERE r.status = 'PRESENT'),
       count(r.id) FILTER (WHERE r.status = 'LATE'),
       count(r.id) FILTER (WHERE r.status = 'ABSENT'),
       count(r.id) FILTER (WHERE r.status = 'EXCUSED'),
       count(r.id) FILTER (WHERE r.status = 'PENDING')
FROM sessions s
LEFT JOIN attendance_records r ON r.college_id = s.college_id AND r.session_id = s.id
WHERE s.college_id = $1 AND s.id = $2
GROUP BY s.event_seq";

/// What changed after a number. Whatever the number beside the counts tells of is committed, so the read that follows sees
/// the records up to it, or that they have changed once more, which is told next.
pub async fn changes_after(store: &Store, college_id: Uuid, session_id: Uuid, after: i64) -> Result<Reading, Problem> {
    let session = session::find(&store.database, college_id, session_id).await?;
    if session.event_seq <= after {
        let up_to = session.event_seq;
        return Ok(Reading { session, up_to, records: Vec::new(), counts: None });
    }
    let (up_to, mut counts) = count(store, college_id, session_id).await?;
    let session = match up_to == session.event_seq {
        true => session,
        false => session::find(&store.database, college_id, session_id).await?,
    };
    let expected = session::count_expected(store, &session).await?;
    counts.expected = convert::count(expected);
    let records = attendance_record::in_college(college_id)
        .filter(Column::SessionId.eq(session_id))
        .filter(Column::EventSeq.gt(after))
        .filter(Column::EventSeq.lte(up_to))
        .order_by_asc(Column::EventSeq)
        .order_by_asc(Column::Id)
        .all(store.database.reader())
        .await?;
    Ok(Reading { session, up_to, records, counts: Some(counts) })
}

async fn count(store: &Store, college_id: Uuid, session_id: Uuid) -> Result<(i64, RollCounts), Problem> {
    let reader = store.database.reader();
    let values = [college_id.into(), session_id.into()];
    let statement = Statement::from_sql_and_values(reader.get_database_backend(), COUNT, values);
    let row = reader.query_one_raw(statement).await?.ok_or_else(|| Problem::not_found(session::RESOURCE))?;
    let number = |column: usize| -> Result<i64, Problem> { Ok(row.try_get_by_index(column)?) };
    let count = |column: usize| -> Result<i32, Problem> { Ok(convert::count(number(column)?)) };
    let counts = RollCounts {
        present: count(1)?,
        late: count(2)?,
        absent: count(3)?,
        excused: count(4)?,
        pending: count(5)?,
        expected: 0,
    };
    Ok((number(0)?, counts))
}
