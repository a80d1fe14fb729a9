//! Who may see a session, and who may act on it.

use uuid::Uuid;

use super::{rules, store};
use crate::{entity::session, organisation, principal::Principal, problem::Problem, store::Store};

/// Whether a student belongs to a session: is enrolled in its division on the day that it is planned for.
pub async fn is_enrolled(store: &Store, session: &session::Model, student_id: Uuid) -> Result<bool, Problem> {
    let (college_id, division_id) = (session.college_id, session.division_id);
    organisation::is_enrolled(store, college_id, division_id, student_id, &session.time_zone, session.planned_start)
        .await
}

/// A session that a member of staff may act on.
pub async fn find_for_staff(store: &Store, principal: &Principal, id: Uuid) -> Result<session::Model, Problem> {
    let session = store::find(&store.database, principal.college_id, id).await?;
    rules::check_staff(principal, &session)?;
    Ok(session)
}
