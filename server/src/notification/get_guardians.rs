//! GetGuardians.

use uuid::Uuid;

use super::{reach, service::Service};
use crate::{entity::user::Role, identity, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn get_guardians(&self, principal: &Principal, student_id: Uuid) -> Result<Vec<String>, Problem> {
        let (reader, college_id) = (self.store.database.reader(), principal.college_id);
        let found = identity::find_user(reader, college_id, student_id).await?;
        let is_student = found.is_some_and(|user| user.role == Role::Student && user.deleted_at.is_none());
        if !is_student {
            return Err(Problem::not_found("user"));
        }
        let guardians = reach::list_guardians(reader, college_id, &[student_id]).await?;
        Ok(guardians.into_iter().map(|guardian| guardian.email).collect())
    }
}
