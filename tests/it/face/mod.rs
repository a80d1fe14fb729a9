//! FaceService, and faces at check-ins, with the real models and six public portraits. Both are fetched once into the cache, the models
//! by the command that everybody fetches them with; neither is ever committed.

mod bounds;
mod busy;
mod check_in;
mod consent;
mod enrol;
mod erase;
mod fetched;
mod missing;
mod pictures;
mod start;

use rollcall_proto::v1::{
    CheckInRequest, EnrolFaceRequest, FaceEnrolment, GetFaceEnrolmentRequest, GiveFaceConsentRequest,
    face_service_client::FaceServiceClient,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    actor::{Actor, Wire},
    college::College,
    world::Plan,
};
use serde_json::{Value, json};
use tonic::{Code, Response, Status};

const INVALID: (Code, &str) = (Code::InvalidArgument, "INVALID_FIELD");
const QUALITY: (Code, &str) = (Code::FailedPrecondition, "FACE_QUALITY");
const DISABLED: (Code, &str) = (Code::FailedPrecondition, "FACE_DISABLED");
const CONSENT_MISSING: (Code, &str) = (Code::FailedPrecondition, "FACE_CONSENT_MISSING");
const MODELS_MISSING: (Code, &str) = (Code::FailedPrecondition, "FACE_MODELS_MISSING");

/// A class whose college compares faces, on a server that has the models.
async fn class(kind: Kind, students: usize) -> Class {
    let plan = Plan::new(kind).set("FACE_MODELS_DIR", &fetched::models().await.display().to_string());
    let class = Class::of(plan, College::new("riverside", students)).await;
    switch(&class, true).await;
    class
}

async fn switch(class: &Class, on: bool) {
    let rest = class.admin().rest();
    let request = rest.request(http::Method::PATCH, "/api/v1/college").json(&json!({"face_enabled": on}));
    assert_eq!(rest.send(request).await.answer()["face_enabled"], on);
}

fn faces(actor: &Actor) -> FaceServiceClient<Wire> {
    FaceServiceClient::new(actor.wire())
}

async fn consent(actor: &Actor) -> FaceEnrolment {
    faces(actor).give_face_consent(GiveFaceConsentRequest { text_version: "2026-09".to_owned() }).await.answer()
}

async fn enrol(actor: &Actor, photos: Vec<Vec<u8>>) -> Result<Response<FaceEnrolment>, Status> {
    faces(actor).enrol_face(EnrolFaceRequest { photos }).await
}

/// Consents and enrols.
async fn enrolled(actor: &Actor, photos: Vec<Vec<u8>>) {
    consent(actor).await;
    assert!(enrol(actor, photos).await.answer().is_enrolled);
}

async fn kept(actor: &Actor) -> FaceEnrolment {
    faces(actor).get_face_enrolment(GetFaceEnrolmentRequest {}).await.answer()
}

/// A check-in that will be accepted by the default rules, with a picture.
async fn with_picture(class: &Class, face_image: Vec<u8>) -> CheckInRequest {
    CheckInRequest { face_image, ..class.request().await }
}

/// From now on a code and a face are asked for.
async fn demand_face(class: &Class, uncertain: &str) {
    let rules = json!({
        "requirements": [{"factors": ["CODE"]}, {"factors": ["FACE"]}],
        "uncertain": uncertain,
        "code_mode": "LENIENT",
    });
    let policy = json!({"scope": "COLLEGE", "rules": rules});
    let made: Value = class.admin().rest().post("/api/v1/policies", &policy).await.answer();
    assert_eq!(made["version"], 1, "{made}");
}
