//! EnrolFace: whether it can be → read one photo after the other → all of one person → seal → lock the person, look again, and put
//! it in the place of what was there → have the person told.

use rollcall_proto::v1::{EnrolFaceRequest, FaceEnrolment};
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    models::SPACE,
    reader, rules,
    service::Service,
    store,
    template::{Owner, Sealed, Template, VERSION},
    vision::Vector,
};
use crate::{
    audit, convert,
    entity::{face_key, face_template},
    jobs,
    notification::{self, Event, What},
    organisation,
    origin::Origin,
    principal::Principal,
    problem::{ErrorReason, Problem},
};

impl Service {
    pub(super) async fn enrol_face(
        &self,
        principal: &Principal,
        request: EnrolFaceRequest,
        origin: Origin,
    ) -> Result<FaceEnrolment, Problem> {
        let photos: Vec<_> = request.photos.into_iter().map(Zeroizing::new).collect();
        let (owner, faces) = (Owner::of(principal), &self.faces);
        let database = &faces.store.database;
        let college = organisation::find_college(database, principal.college_id).await?;
        if !college.face_enabled {
            return Err(Problem::new(ErrorReason::FaceDisabled, "Your college does not compare faces."));
        }
        let consent = store::find_consent(database.reader(), owner).await?;
        if consent.is_none_or(|consent| consent.withdrawn_at.is_some()) {
            return Err(consent_missing());
        }
        if !faces.reader.has_models() {
            return Err(reader::models_missing());
        }
        let (marks, count) =
            (photos.iter().map(|photo| faces.mark(owner, photo)).collect(), convert::count(photos.len()));
        let vectors = self.read_all(principal, photos).await?;
        rules::agree(&vectors)?;
        let mean = Vector::mean(&vectors).ok_or_else(|| Problem::internal("photos that agree have no mean"))?;
        let Sealed { wrapped_key, sealed } = Template { mean, photos: vectors }.seal(&faces.keys.face, owner)?;
        let (Owner { college_id, user_id }, now) = (owner, faces.clock.now());
        let key = face_key::Model { college_id, user_id, wrapped: wrapped_key, created_at: now };
        let template = face_template::Model {
            college_id,
            user_id,
            model: SPACE.to_owned(),
            version: VERSION,
            photo_count: count,
            sealed,
            enrolled_at: now,
        };
        let time_zone = college.time_zone;
        let row = audit::Row::by(principal, &origin, "face.enrolled", now)
            .object("user", user_id)
            .detail(json!({"photo_count": count, "model": SPACE}));
        let work = database.write(move |tx| {
            Box::pin(async move {
                store::lock_person(tx, owner).await?;
                // Taken back while the photos were read.
                let consent = store::find_consent(tx, owner).await?;
                if consent.is_none_or(|consent| consent.withdrawn_at.is_some()) {
                    return Err(consent_missing());
                }
                let is_replaced = store::put_enrolment(tx, key, template, marks).await?;
                audit::insert(tx, row).await?;
                // Who has the password and not the face is to be noticed at once.
                let what = What::FaceEnrolled { user_id, is_replaced };
                notification::raise(tx, [Event::of_a_person(college_id, time_zone, what, Some(user_id), now)]).await
            })
        });
        work.await?;
        jobs::announce(&faces.store.bus);
        self.get_face_enrolment(principal).await
    }

    /// One after the other, so that nobody fills the queue alone.
    async fn read_all(&self, principal: &Principal, photos: Vec<Zeroizing<Vec<u8>>>) -> Result<Vec<Vector>, Problem> {
        let mut vectors = Vec::with_capacity(photos.len());
        for (number, photo) in photos.into_iter().enumerate() {
            self.faces.admit(principal).await?;
            let read = self.faces.reader.read(principal.college_id, photo).await;
            vectors.push(read.map_err(|unread| rules::unread(number, unread))?);
        }
        Ok(vectors)
    }
}

fn consent_missing() -> Problem {
    Problem::new(
        ErrorReason::FaceConsentMissing,
        "You have not consented to your face being compared. Consent first; you can check in without it.",
    )
}
