//! What is kept, as the contract writes it. Nothing here comes near a vector.

use rollcall_proto::v1::FaceEnrolment;

use crate::{
    convert::timestamp,
    entity::{face_consent, face_template},
};

pub fn to_proto(
    is_enabled: bool,
    template: Option<face_template::Model>,
    consent: Option<face_consent::Model>,
) -> FaceEnrolment {
    let consent = consent.as_ref();
    FaceEnrolment {
        is_enabled,
        is_enrolled: template.is_some(),
        enrolled_at: template.as_ref().map(|template| timestamp(template.enrolled_at)),
        photo_count: template.as_ref().map_or(0, |template| template.photo_count),
        model: template.map(|template| template.model).unwrap_or_default(),
        consent_text_version: consent.map(|consent| consent.text_version.clone()).unwrap_or_default(),
        consent_given_at: consent.map(|consent| timestamp(consent.given_at)),
        consent_withdrawn_at: consent.and_then(|consent| consent.withdrawn_at).map(timestamp),
    }
}
