//! GetReview.

use rollcall_proto::v1::Review;
use uuid::Uuid;

use super::{
    RESOURCE,
    convert::{Figures, to_proto},
    service::Service,
    store,
};
use crate::{
    entity::attendance_record::{Model, Review as Stands},
    principal::{Principal, Reach},
    problem::Problem,
    record, session,
};

impl Service {
    pub(super) async fn get_review(&self, principal: &Principal, record_id: Uuid) -> Result<Review, Problem> {
        let record = self.find_flagged(principal, record_id).await?;
        let review = store::find(self.store.database.reader(), principal.college_id, record_id).await?;
        let figures = match principal.reach() {
            Reach::Student(_) => Figures::Hidden,
            Reach::College | Reach::Teacher(_) => Figures::Told,
        };
        Ok(to_proto(&record, review.as_ref(), figures))
    }

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
