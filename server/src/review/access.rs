//! Who may see a review.

use uuid::Uuid;

use super::{RESOURCE, service::Service};
use crate::{
    entity::attendance_record::{Model, Review as Stands},
    principal::{Principal, Reach},
    problem::Problem,
    record, session,
};

impl Service {
    /// A flagged record that the caller may see. To everybody else there is none.
    pub(super) async fn find_flagged(&self, principal: &Principal, record_id: Uuid) -> Result<Model, Problem> {
        let database = &self.store.database;
        let absent = |_| Problem::not_found(RESOURCE);
        let record = record::find(database, principal.college_id, record_id)
            .await
            .map_err(|problem| if problem.is_fault() { problem } else { absent(problem) })?;
        let visible = match principal.reach() {
            Reach::College => true,
            Reach::Student(id) => record.student_id == id,
            Reach::Teacher(_) => {
                session::teaches(principal, &session::find(database, record.college_id, record.session_id).await?)
            }
        };
        match visible && record.review != Stands::None {
            true => Ok(record),
            false => Err(Problem::not_found(RESOURCE)),
        }
    }
}
