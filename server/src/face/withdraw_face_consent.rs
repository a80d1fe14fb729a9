//! WithdrawFaceConsent: lock the person → end the consent → forget the face.

use rollcall_proto::v1::FaceEnrolment;
use serde_json::json;

use super::{service::Service, store, template::Owner};
use crate::{audit, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn withdraw_face_consent(
        &self,
        principal: &Principal,
        origin: Origin,
    ) -> Result<FaceEnrolment, Problem> {
        let (owner, now) = (Owner::of(principal), self.faces.clock.now());
        let row = audit::Row::by(principal, &origin, "face.consent_withdrawn", now).object("user", principal.id);
        let work = self.faces.store.database.write(move |tx| {
            Box::pin(async move {
                store::lock_person(tx, owner).await?;
                let stood = store::withdraw_consent(tx, owner, now).await?;
                let was_enrolled = store::forget(tx, owner).await?;
                if stood || was_enrolled {
                    audit::insert(tx, row.detail(json!({"was_enrolled": was_enrolled}))).await?;
                }
                Ok(())
            })
        });
        work.await?;
        self.get_face_enrolment(principal).await
    }
}
