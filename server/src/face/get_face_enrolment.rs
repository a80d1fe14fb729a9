//! GetFaceEnrolment.

use rollcall_proto::v1::FaceEnrolment;

use super::{convert::to_proto, service::Service, store, template::Owner};
use crate::{organisation, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn get_face_enrolment(&self, principal: &Principal) -> Result<FaceEnrolment, Problem> {
        let owner = Owner::of(principal);
        let database = &self.faces.store.database;
        let college = organisation::find_college(database, principal.college_id).await?;
        let template = store::find_template(database, owner).await?;
        let consent = store::find_consent(database.reader(), owner).await?;
        Ok(to_proto(college.face_enabled, template, consent))
    }
}
