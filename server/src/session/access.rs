//! Who may see a session, and who may act on it.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{participants, rules, store};
use crate::{entity::session, organisation, principal::Principal, problem::Problem, store::Store};

/// Whether a student belongs to a session: is one of its participants, or, where it has none, is enrolled in its division on
/// the day that it is planned for.
pub async fn is_enrolled(store: &Store, session: &session::Model, student_id: Uuid) -> Result<bool, Problem> {
    if session.has_participants {
        return participants::is_one(store.database.reader(), session, student_id).await;
    }
    let (college_id, division_id) = (session.college_id, session.division_id);
    organisation::is_enrolled(store, college_id, division_id, student_id, &session.time_zone, session.planned_start)
        .await
}

/// Everybody who is to come to a session and is active, in the order of their ids.
pub async fn expected(connection: &impl ConnectionTrait, session: &session::Model) -> Result<Vec<Uuid>, Problem> {
    if session.has_participants {
        return participants::list_active(connection, session).await;
    }
    let day = organisation::day_in(&session.time_zone, session.planned_start);
    organisation::students_on(connection, session.college_id, session.division_id, day).await
}

/// How many are to come to a session and are active. May be half a minute old.
pub async fn count_expected(store: &Store, session: &session::Model) -> Result<usize, Problem> {
    if session.has_participants {
        return Ok(participants::list_active(store.database.reader(), session).await?.len());
    }
    let (college_id, division_id) = (session.college_id, session.division_id);
    organisation::count_students(store, college_id, division_id, &session.time_zone, session.planned_start).await
}

/// A session that a member of staff may act on.
pub async fn find_for_staff(store: &Store, principal: &Principal, id: Uuid) -> Result<session::Model, Problem> {
    let session = store::find(&store.database, principal.college_id, id).await?;
    rules::check_staff(principal, &session)?;
    Ok(session)
}
