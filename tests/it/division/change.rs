//! CreateDivision, GetDivision, UpdateDivision and DeleteDivision.

use http::Method;
use prost_types::FieldMask;
use rollcall_proto::v1::{
    CreateDivisionRequest, DeleteDivisionRequest, Division, GetDivisionRequest, UpdateDivisionRequest,
};
use rollcall_tests::{Answer as _, Class, Kind, actor::Actor, college::College, on_both_stores, world::Plan};
use serde_json::{Value, json};
use tonic::Code;
use uuid::Uuid;

on_both_stores!(
    are_made_changed_and_deleted,
    names_are_unique_in_a_college,
    replace_whole_or_in_part,
    are_shown_to_whom_they_concern
);

fn named(name: &str) -> CreateDivisionRequest {
    CreateDivisionRequest { name: name.to_owned(), description: "Evenings".to_owned() }
}

fn one(id: impl ToString) -> GetDivisionRequest {
    GetDivisionRequest { id: id.to_string() }
}

async fn are_made_changed_and_deleted(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let admin = class.admin();
    let made = admin.divisions().create_division(named("Robotics")).await.answer();
    let expected = Division { id: made.id.clone(), name: "Robotics".to_owned(), description: "Evenings".to_owned() };
    let get = async |actor: &Actor| actor.divisions().get_division(one(&made.id)).await.answer();
    assert_eq!((&made, &get(&class.teacher()).await), (&expected, &expected));
    let change = UpdateDivisionRequest {
        division: Some(Division { id: made.id.clone(), name: "Robots".to_owned(), ..Default::default() }),
        update_mask: Some(FieldMask { paths: vec!["name".to_owned()] }),
    };
    let changed = admin.divisions().update_division(change).await.answer();
    let expected = Division { name: "Robots".to_owned(), ..expected };
    assert_eq!((&changed, &get(&admin).await), (&expected, &expected));

    let delete = DeleteDivisionRequest { id: made.id.clone() };
    admin.divisions().delete_division(delete.clone()).await.answer();
    let refusal = admin.divisions().delete_division(delete).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "division"));
    let used = DeleteDivisionRequest { id: class.college.division.id.to_string() };
    let refusal = admin.divisions().delete_division(used).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::FailedPrecondition, "IN_USE"), "division"));
    let rows = class.world.rows().await;
    for action in ["created", "updated", "deleted"] {
        let query = format!("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'division.{action}'");
        assert_eq!(rows.number(&query).await, 1, "{action}");
    }
}

async fn names_are_unique_in_a_college(kind: Kind) {
    let (college, other) = (College::new("riverside", 0), College::new("hillside", 0));
    let world = Plan::new(kind).start(&[&college, &other]).await;
    let admin = world.actor(&college.admin);
    let made = admin.divisions().create_division(named("Robotics")).await.answer();
    world.actor(&other.admin).divisions().create_division(named("Robotics")).await.answer();
    let taken = admin.divisions().create_division(named("A")).await.refused();
    let rename = UpdateDivisionRequest {
        division: Some(Division { id: made.id.clone(), name: "A".to_owned(), ..Default::default() }),
        update_mask: Some(FieldMask { paths: vec!["name".to_owned()] }),
    };
    let renamed = admin.divisions().update_division(rename).await.refused();
    for refusal in [taken, renamed] {
        assert_eq!(refusal.kind(), (Code::AlreadyExists, "ALREADY_EXISTS"));
        assert_eq!((refusal.told("resource"), refusal.told("field")), ("division", "name"));
    }
}

async fn replace_whole_or_in_part(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let made = rest.post("/api/v1/divisions", &json!({"name": "Robotics", "description": "Evenings"})).await.answer();
    let path = format!("/api/v1/divisions/{}", made["id"].as_str().expect("an id"));
    let send = async |method: Method, body: &Value| rest.send(rest.request(method, &path).json(body)).await;

    let patched = send(Method::PATCH, &json!({"description": "Mornings"})).await.answer();
    assert_eq!(patched, json!({"id": made["id"], "name": "Robotics", "description": "Mornings"}));
    let put = send(Method::PUT, &json!({"name": "Robots"})).await.answer();
    assert_eq!(put, json!({"id": made["id"], "name": "Robots", "description": ""}));
    for (method, body, field) in [
        (Method::PUT, json!({"description": "Nights"}), "name"),
        (Method::PATCH, json!({"name": ""}), "name"),
        (Method::PATCH, json!({"collegeId": class.college.college.id}), "collegeId"),
        (Method::PATCH, json!({"name": "x".repeat(201)}), "name"),
    ] {
        let refusal = send(method, &body).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{body}");
        assert_eq!(refusal.violations[0].0, field, "{body}");
    }
    assert_eq!(rest.get(&path).await.answer(), put, "what was refused changed nothing");
    rest.send(rest.request(Method::DELETE, &path)).await.answer();
    assert_eq!(rest.get(&path).await.refused().kind(), (Code::NotFound, "NOT_FOUND"));
}

async fn are_shown_to_whom_they_concern(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (own, other) = (class.college.division.id, class.college.other_division.id);
    for staff in [class.teacher(), class.admin()] {
        for id in [own, other] {
            assert_eq!(staff.divisions().get_division(one(id)).await.answer().id, id.to_string());
        }
    }
    let student = class.student(0);
    assert_eq!(student.divisions().get_division(one(own)).await.answer().id, own.to_string());
    let hidden = student.divisions().get_division(one(other)).await.refused();
    let absent = student.divisions().get_division(one(Uuid::now_v7())).await.refused();
    assert_eq!(hidden, absent);
    assert_eq!(hidden.kind(), (Code::NotFound, "NOT_FOUND"));
}
