//! GiveFaceConsent: lock the person → end the consent to another text → write the new one.

use rollcall_proto::v1::{FaceEnrolment, GiveFaceConsentRequest};
use serde_json::json;
use uuid::Uuid;

use super::{service::Service, store, template::Owner};
use crate::{audit, entity::face_consent, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn give_face_consent(
        &self,
        principal: &Principal,
        GiveFaceConsentRequest { text_version }: GiveFaceConsentRequest,
        origin: Origin,
    ) -> Result<FaceEnrolment, Problem> {
        let (owner, now) = (Owner::of(principal), self.faces.clock.now());
        let row = audit::Row::by(principal, &origin, "face.consent_given", now)
            .object("user", principal.id)
            .detail(json!({"text_version": text_version}));
        let work = self.faces.store.database.write(move |tx| {
            Box::pin(async move {
                store::lock_person(tx, owner).await?;
                let last = store::find_consent(tx, owner).await?;
                let stands = last.filter(|consent| consent.withdrawn_at.is_none());
                if stands.is_some_and(|consent| consent.text_version == text_version) {
                    return Ok(());
                }
                store::withdraw_consent(tx, owner, now).await?;
                let Owner { college_id, user_id } = owner;
                let consent = face_consent::Model {
                    college_id,
                    id: Uuid::now_v7(),
                    user_id,
                    text_version,
                    given_at: now,
                    withdrawn_at: None,
                };
                store::insert_consent(tx, consent).await?;
                audit::insert(tx, row).await
            })
        });
        work.await?;
        self.get_face_enrolment(principal).await
    }
}
