//! StartSession where the policy wants to see the teacher's face.

use rollcall_proto::v1::{Session, StartSessionRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, in_every_world, in_one_world, seed::State, world::Plan,
};
use serde_json::{Value, json};
use tonic::{Code, Response, Status};
use uuid::Uuid;

use super::{QUALITY, enrolled, fetched, pictures, switch};

in_every_world!(a_teacher_shows_her_own_face, an_administrator_starts_without);
in_one_world!(is_asked_of_nobody_who_has_not_the_right, needs_a_college_that_compares_faces);

const MORE: (Code, &str) = (Code::FailedPrecondition, "MORE_EVIDENCE_NEEDED");
const MISMATCH: (Code, &str) = (Code::FailedPrecondition, "FACE_MISMATCH");

/// A college that wants the face of whoever starts, and a session that is to begin.
async fn class(kind: Kind) -> (Class, Uuid) {
    let plan = Plan::new(kind).set("FACE_MODELS_DIR", &fetched::models().await.display().to_string());
    let mut college = College::new("riverside", 1);
    let session = college.another_session(State::Scheduled).id;
    let class = Class::of(plan, college).await;
    switch(&class, true).await;
    let made: Value = class.admin().rest().post("/api/v1/policies", &policy()).await.answer();
    assert_eq!(made["rules"]["start_needs_face"], true, "{made}");
    (class, session)
}

fn policy() -> Value {
    let rules = json!({"requirements": [{"factors": ["CODE"]}], "start_needs_face": true});
    json!({"scope": "COLLEGE", "rules": rules})
}

async fn start(actor: &Actor, id: Uuid, face_image: Vec<u8>) -> Result<Response<Session>, Status> {
    actor.sessions().start_session(StartSessionRequest { id: id.to_string(), position: None, face_image }).await
}

async fn a_teacher_shows_her_own_face(kind: Kind) {
    let (class, session) = class(kind).await;
    let teacher = class.teacher();
    let picture = async |name| pictures::portrait(name).await;
    let refusal = start(&teacher, session, Vec::new()).await.refused();
    assert_eq!(refusal.kind(), MORE);
    assert_eq!(refusal.told("factors"), "FACE");
    assert_eq!(start(&teacher, session, picture("person_a_2").await).await.refused().kind(), MORE);
    enrolled(&teacher, vec![picture("person_a_1").await]).await;
    assert_eq!(start(&teacher, session, picture("person_b_1").await).await.refused().kind(), MISMATCH);
    assert_eq!(start(&teacher, session, pictures::nobody()).await.refused().kind(), QUALITY);
    // What she enrolled is known again.
    assert_eq!(start(&teacher, session, picture("person_a_1").await).await.refused().kind(), MISMATCH);
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT count(*) AS n FROM sessions WHERE state = 'SCHEDULED'").await, 1);
    let started = start(&teacher, session, picture("person_a_2").await).await.answer();
    assert_eq!(started.id, session.to_string());
    assert_eq!(rows.number("SELECT count(*) AS n FROM sessions WHERE state = 'SCHEDULED'").await, 0);
    // What is started is told to be, whatever comes with it.
    let refusal = start(&teacher, session, Vec::new()).await.refused();
    assert_eq!(refusal.kind().1, "ILLEGAL_TRANSITION");
}

async fn an_administrator_starts_without(kind: Kind) {
    let (class, session) = class(kind).await;
    // Nobody could start any more, so that faces stay on while the policy is there.
    let rest = class.admin().rest();
    let off = rest.request(http::Method::PATCH, "/api/v1/college").json(&json!({"face_enabled": false}));
    assert_eq!(rest.send(off).await.refused().kind().1, "NEEDED_BY_POLICY");
    start(&class.admin(), session, Vec::new()).await.answer();
}

async fn is_asked_of_nobody_who_has_not_the_right(kind: Kind) {
    let (class, session) = class(kind).await;
    let refusal = start(&class.other_teacher(), session, Vec::new()).await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
    let refusal = start(&class.teacher(), Uuid::now_v7(), Vec::new()).await.refused();
    assert_eq!(refusal.kind().0, Code::NotFound);
}

async fn needs_a_college_that_compares_faces(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let refused = class.admin().rest().post("/api/v1/policies", &policy()).await.refused();
    assert_eq!(refused.kind().1, "POLICY_UNSATISFIABLE");
    assert!(format!("{refused:?}").contains("rules.start_needs_face"), "{refused:?}");
}
