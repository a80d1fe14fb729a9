//! DeleteFaceEnrolment: lock the person → delete the template and its key.

use rollcall_proto::v1::FaceEnrolment;

use super::{service::Service, store, template::Owner};
use crate::{audit, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn delete_face_enrolment(
        &self,
        principal: &Principal,
        origin: Origin,
    ) -> Result<FaceEnrolment, Problem> {
        let (owner, now) = (Owner::of(principal), self.faces.clock.now());
        let row = audit::Row::by(principal, &origin, "face.deleted", now).object("user", principal.id);
        let work = self.faces.store.database.write(move |tx| {
            Box::pin(async move {
                store::lock_person(tx, owner).await?;
                if store::forget(tx, owner).await? {
                    audit::insert(tx, row).await?;
                }
                Ok(())
            })
        });
        work.await?;
        self.get_face_enrolment(principal).await
    }
}
