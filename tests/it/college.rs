//! CollegeService: the caller's own college.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use http::Method;
use prost_types::FieldMask;
use rollcall_proto::v1::{
    College as Message, CreateSessionRequest, GetCollegeRequest, UpdateCollegeRequest,
    college::{Registration, StartPosition},
};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, in_worlds, on_both_stores, record::timestamp, seed::SeedCollege,
    world::Plan,
};
use serde_json::{Value, json};
use tonic::Code;

on_both_stores!(is_read_by_everyone_and_changed_by_administrators, is_replaced_whole_or_in_part, is_only_ones_own);
in_worlds!([sqlite SQLITE_REDIS, postgres POSTGRES_REDIS] a_grace_counts_from_then_on_on_every_replica);

/// What is told of a college; the settings that the other tests change are as they were told.
fn message(college: &SeedCollege, told: &Message) -> Message {
    Message {
        id: college.id.to_string(),
        short_name: college.short_name.clone(),
        name: college.name.clone(),
        time_zone: college.time_zone.clone(),
        late_grace_seconds: Some(college.late_grace_seconds),
        registration: Registration::Invitation.into(),
        campus_networks: Vec::new(),
        retention_days: Some(365),
        plan_horizon_days: Some(college.plan_horizon_days),
        start_early_minutes: Some(15),
        start_late_minutes: Some(30),
        end_after_minutes: Some(30),
        start_position: StartPosition::Optional.into(),
        ..told.clone()
    }
}

fn change(college: Message, fields: &[&str]) -> UpdateCollegeRequest {
    let paths = fields.iter().map(|field| (*field).to_owned()).collect();
    UpdateCollegeRequest { college: Some(college), update_mask: Some(FieldMask { paths }) }
}

async fn is_read_by_everyone_and_changed_by_administrators(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let told = class.admin().college().get_college(GetCollegeRequest {}).await.answer();
    let mut expected = message(&class.college.college, &told);
    for actor in [class.student(0), class.teacher(), class.admin(), class.stranger()] {
        assert_eq!(actor.college().get_college(GetCollegeRequest {}).await.answer(), expected);
    }
    expected.time_zone = "America/New_York".to_owned();
    let wanted = Message { time_zone: expected.time_zone.clone(), ..Default::default() };
    let changed = class.admin().college().update_college(change(wanted, &["time_zone"])).await.answer();
    let seen = class.student(0).college().get_college(GetCollegeRequest {}).await.answer();
    assert_eq!((&changed, &seen), (&expected, &expected));
    // The audit tells from what to what: by it days were counted.
    let rows = class.admin().rest().get("/api/v1/audit?action=college.updated").await.answer();
    assert_eq!(
        rows["audit_rows"][0]["detail"],
        json!({"time_zone": {"from": "Asia/Kolkata", "to": "America/New_York"}})
    );
    assert_eq!(rows["audit_rows"].as_array().map(Vec::len), Some(1));
}

async fn is_replaced_whole_or_in_part(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let path = "/api/v1/college";
    let send = async |method: Method, body: &Value| rest.send(rest.request(method, path).json(body)).await;
    let mut expected = rest.get(path).await.answer();
    assert_eq!(expected["late_grace_seconds"], 600);

    expected["late_grace_seconds"] = json!(0);
    assert_eq!(send(Method::PATCH, &json!({"lateGraceSeconds": 0})).await.answer(), expected);
    // What was read can be sent back.
    expected["name"] = json!("Riverside University");
    assert_eq!(send(Method::PUT, &expected).await.answer(), expected);
    expected["time_zone"] = json!("UTC");
    // All that has to be said.
    let mut whole = expected.clone();
    for left_out in ["id", "short_name", "campus_networks"] {
        whole.as_object_mut().expect("an object").remove(left_out);
    }
    let required: BTreeSet<String> = whole.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(send(Method::PUT, &whole).await.answer(), expected);

    expected["campus_networks"] = json!(["203.0.113.7/32", "2001:db8:5::/48"]);
    let networks = json!({"campus_networks": ["2001:DB8:5::/48", "203.0.113.7", "203.0.113.7/32"]});
    assert_eq!(send(Method::PATCH, &networks).await.answer(), expected);
    expected["retention_days"] = json!(0);
    assert_eq!(send(Method::PATCH, &json!({"retention_days": 0})).await.answer(), expected);
    // What is replaced by nothing is empty.
    expected["campus_networks"] = json!([]);
    whole["retention_days"] = json!(0);
    assert_eq!(send(Method::PUT, &whole).await.answer(), expected);

    let put = |field: &str, value: Value| {
        let mut body = expected.clone();
        body[field] = value;
        body
    };
    for (method, body, fields) in [
        (Method::PUT, put("short_name", json!("hillside")), &["short_name"][..]),
        (Method::PUT, put("id", json!(class.college.admin.id)), &["id"]),
        (Method::PATCH, json!({"name": ""}), &["name"]),
        (Method::PATCH, json!({"name": "x".repeat(201)}), &["name"]),
        (Method::PATCH, json!({"time_zone": "Asia/Atlantis"}), &["time_zone"]),
        (Method::PATCH, json!({"time_zone": "+05:30"}), &["time_zone"]),
        (Method::PATCH, json!({"late_grace_seconds": -1}), &["late_grace_seconds"]),
        (Method::PATCH, json!({"late_grace_seconds": 86401}), &["late_grace_seconds"]),
        (Method::PATCH, json!({"retention_days": -1}), &["retention_days"]),
        (Method::PATCH, json!({"retention_days": 3651}), &["retention_days"]),
        (Method::PATCH, json!({"start_early_minutes": -1}), &["start_early_minutes"]),
        (Method::PATCH, json!({"start_late_minutes": 1441}), &["start_late_minutes"]),
        (Method::PATCH, json!({"plan_horizon_days": 91}), &["plan_horizon_days"]),
        (Method::PATCH, json!({"end_after_minutes": 1441}), &["end_after_minutes"]),
        (Method::PATCH, json!({"start_position": "START_POSITION_UNSPECIFIED"}), &["start_position"]),
        (Method::PATCH, json!({"campus_networks": ["203.0.113.0/24", "campus"]}), &["campus_networks[1]"]),
        (Method::PATCH, json!({"campus_networks": ["0.0.0.0/0"]}), &["campus_networks[0]"]),
        (Method::PATCH, json!({"campus_networks": ["::/0"]}), &["campus_networks[0]"]),
        (Method::PATCH, json!({"campus_networks": ["203.0.112.0/19"]}), &["campus_networks[0]"]),
        (Method::PATCH, json!({"campus_networks": ["2001:d00::/39"]}), &["campus_networks[0]"]),
        (Method::PATCH, json!({"campus_networks": ["192.168.1.0/24"]}), &["campus_networks[0]"]),
        (Method::PATCH, json!({"campus_networks": vec!["203.0.113.0/24"; 17]}), &["campus_networks"]),
        (Method::PATCH, json!({"created_at": "2026-01-01T00:00:00Z"}), &["created_at"]),
    ] {
        let refusal = send(method, &body).await.refused();
        let named: Vec<_> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!((refusal.kind(), &*named), ((Code::InvalidArgument, "INVALID_FIELD"), fields), "{body}");
    }
    let refusal = send(Method::PUT, &json!({})).await.refused();
    let named: BTreeSet<String> = refusal.violations.into_iter().map(|(field, _)| field).collect();
    assert_eq!(named, required);
    for mask in ["*", "id", "short_name", "updated_at"] {
        let refusal = class.admin().college().update_college(change(Message::default(), &[mask])).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{mask}");
        assert_eq!(refusal.violations[0].0, "update_mask");
    }
    assert_eq!(rest.get(path).await.answer(), expected, "what was refused changed nothing");
}

async fn is_only_ones_own(kind: Kind) {
    let (college, other) = (College::new("riverside", 0), College::new("hillside", 0));
    let world = Plan::new(kind).start(&[&college, &other]).await;
    let wanted = Message { name: "Ours".to_owned(), ..Default::default() };
    world.actor(&college.admin).college().update_college(change(wanted, &["name"])).await.answer();
    let theirs = world.actor(&other.admin).college().get_college(GetCollegeRequest {}).await.answer();
    assert_eq!(theirs, message(&other.college, &theirs));
}

async fn a_grace_counts_from_then_on_on_every_replica(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 0)).await;
    let now = class.world.clock().now();
    let plan = async |replica| {
        let request = CreateSessionRequest {
            location_id: class.college.location.id.to_string(),
            division_id: class.college.division.id.to_string(),
            subject: "Thermodynamics".to_owned(),
            planned_start: Some(timestamp(now)),
            planned_end: Some(timestamp(now + TimeDelta::hours(1))),
            ..Default::default()
        };
        class.teacher().at(replica).sessions().create_session(request).await.answer()
    };
    let before = plan(1).await;
    let wanted = Message { late_grace_seconds: Some(60), ..Default::default() };
    class.admin().college().update_college(change(wanted, &["late_grace_seconds"])).await.answer();
    assert_eq!(plan(0).await.late_grace_seconds, 60);
    assert_eq!(plan(1).await.late_grace_seconds, 60);
    let path = format!("/api/v1/sessions/{}", before.id);
    assert_eq!(class.teacher().rest().get(&path).await.answer()["late_grace_seconds"], 600, "as it was planned");
}
