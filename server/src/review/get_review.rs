//! GetReview.

use rollcall_proto::v1::Review;
use uuid::Uuid;

use super::{
    convert::{Figures, to_proto},
    service::Service,
    store,
};
use crate::{
    principal::{Principal, Reach},
    problem::Problem,
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
}
