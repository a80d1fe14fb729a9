//! Who may see a session, and who may act on it.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{RESOURCE, participants, rules, store};
use crate::{
    entity::session,
    organisation,
    principal::{Principal, Reach},
    problem::{ErrorReason, Problem},
    store::{Database, Store},
};

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

/// The one session that a student can mean who names none: the only one of theirs that is active.
pub async fn find_only_active(database: &Database, principal: &Principal) -> Result<session::Model, Problem> {
    let (college_id, student_id) = (principal.college_id, principal.id);
    let memberships = organisation::list_memberships(database, college_id, student_id).await?;
    let mut active = store::list_active_of(database, college_id, student_id, &memberships).await?;
    match active.len() {
        0 => Err(Problem::new(ErrorReason::SessionNotActive, "None of your sessions is active now.")),
        1 => Ok(active.remove(0)),
        _ => Err(rules::ambiguous(&active)),
    }
}

/// A session that a caller sees: a student those that are hers, a teacher her own. What somebody may not see is not there.
pub async fn find_visible(store: &Store, principal: &Principal, id: Uuid) -> Result<session::Model, Problem> {
    let session = store::find(&store.database, principal.college_id, id).await?;
    let is_visible = match principal.reach() {
        Reach::Student(id) => is_enrolled(store, &session, id).await?,
        Reach::Teacher(_) | Reach::College => rules::teaches(principal, &session),
    };
    if is_visible { Ok(session) } else { Err(Problem::not_found(RESOURCE)) }
}

/// A session that a member of staff may act on.
pub async fn find_for_staff(store: &Store, principal: &Principal, id: Uuid) -> Result<session::Model, Problem> {
    let session = store::find(&store.database, principal.college_id, id).await?;
    rules::check_staff(principal, &session)?;
    Ok(session)
}
