//! Where the call comes from: the campus speaks for somebody, and nothing else speaks against them.

use http::Method;
use rollcall_proto::v1::{
    AttendanceRecord, CheckInRequest, Position,
    attendance_record::Flag,
    evidence::{Factor, Verdict},
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::College,
    in_every_world,
    record::{evidence, known, present},
    until::until,
    world::Plan,
};
use serde_json::json;
use tonic::{Code as Grpc, Response, Status};

use crate::limits::{TRUST_THE_TEST, from};

in_every_world!(a_campus_address_is_evidence_where_the_college_has_one, a_policy_takes_a_campus_address_beside_a_code);

const CAMPUS: &str = "203.0.113.7";
const ELSEWHERE: &str = "198.51.100.7";

async fn class(kind: Kind, students: usize) -> Class {
    Class::of(Plan::new(kind).set(TRUST_THE_TEST.0, TRUST_THE_TEST.1), College::new("riverside", students)).await
}

async fn declare(class: &Class, networks: &[&str]) {
    let rest = class.admin().rest();
    let request = rest.request(Method::PATCH, "/api/v1/college").json(&json!({"campus_networks": networks}));
    rest.send(request).await.answer();
}

async fn send(
    class: &Class,
    student: usize,
    address: &str,
    position: Option<Position>,
) -> Result<Response<AttendanceRecord>, Status> {
    let request = CheckInRequest { position, ..class.request().await };
    class.student(student).check_ins().check_in(from(address, request)).await
}

fn verdict_on(record: &AttendanceRecord, factor: Factor) -> Option<Verdict> {
    record.evidence.iter().find(|item| item.factor == factor as i32).map(|item| item.verdict())
}

async fn a_campus_address_is_evidence_where_the_college_has_one(kind: Kind) {
    const STUDENTS: usize = 64;
    let class = class(kind, STUDENTS).await;
    let here = Some(class.college.north(0.0));
    let record = send(&class, 0, CAMPUS, here).await.answer();
    assert_eq!(verdict_on(&record, Factor::Network), None, "the college has declared nothing");
    declare(&class, &["203.0.113.0/24"]).await;
    // Each student checks in once; the list is known in a moment.
    let mut students = 1..STUDENTS;
    let known_record = until("the network is known", async || {
        let record = send(&class, students.next().expect("another student"), CAMPUS, here).await.answer();
        verdict_on(&record, Factor::Network).is_some().then_some(record)
    })
    .await;
    assert_eq!(verdict_on(&known_record, Factor::Network), Some(Verdict::Passed));
    // Mobile data in the room is as good as it was.
    let student = students.next().expect("another student");
    let record = send(&class, student, ELSEWHERE, here).await.answer();
    let mut expected = present(class.session_id(), class.college.students[student].id);
    expected.evidence.push(evidence(Factor::Network, Verdict::Missing));
    assert_eq!(known(record), expected);
}

async fn a_policy_takes_a_campus_address_beside_a_code(kind: Kind) {
    let class = class(kind, 3).await;
    declare(&class, &["203.0.113.0/24"]).await;
    let rules = json!({"requirements": [{"factors": ["CODE"]}, {"factors": ["GEOFENCE", "NETWORK"]}]});
    class.admin().rest().post("/api/v1/policies", &json!({"scope": "COLLEGE", "rules": rules})).await.answer();
    // Nobody is refused by a list that is older than the answer to whoever declared the network.
    let record = send(&class, 0, CAMPUS, None).await.answer();
    assert_eq!(verdict_on(&record, Factor::Network), Some(Verdict::Passed));
    assert_eq!(verdict_on(&record, Factor::Geofence), Some(Verdict::Missing));
    let refusal = send(&class, 1, ELSEWHERE, None).await.refused();
    assert_eq!(refusal.kind(), (Grpc::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
    assert_eq!(refusal.told("alternatives"), "GEOFENCE|NETWORK");
    send(&class, 1, ELSEWHERE, Some(class.college.north(0.0))).await.answer();
    // At the campus, and by the position not: staff look at it.
    let record = send(&class, 2, CAMPUS, Some(class.college.north(500.0))).await.answer();
    assert_eq!(record.flags, [Flag::Contradiction as i32]);
}
