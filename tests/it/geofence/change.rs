//! CreateLocation, UpdateLocation and DeleteLocation.

use std::time::Duration;

use http::Method;
use prost_types::FieldMask;
use rollcall_proto::v1::{
    CreateLocationRequest, DeleteLocationRequest, GetLocationRequest, Location, UpdateLocationRequest,
    ValidatePointRequest,
};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, in_worlds, on_both_stores, until::until_within,
    world::Plan,
};
use serde_json::{Value, json};
use tonic::Code;

on_both_stores!(are_made_changed_and_deleted, names_are_unique_in_a_college, replace_whole_or_in_part);
// Replicas hear of each other through Redis.
in_worlds!([sqlite SQLITE_REDIS, postgres POSTGRES_REDIS] a_moved_fence_decides_on_every_replica);

fn room(name: &str) -> CreateLocationRequest {
    CreateLocationRequest {
        name: name.to_owned(),
        latitude: Some(12.9),
        longitude: Some(77.6),
        radius_meters: Some(30.0),
        building: "East".to_owned(),
        classroom_number: "12".to_owned(),
        capacity: 40,
        polygon: Vec::new(),
    }
}

async fn get(actor: &Actor, id: &str) -> Location {
    actor.geofences().get_location(GetLocationRequest { id: id.to_owned() }).await.answer()
}

async fn are_made_changed_and_deleted(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (admin, student) = (class.admin(), class.student(0));
    let made = admin.geofences().create_location(room("Room 12")).await.answer();
    let expected = Location {
        id: made.id.clone(),
        name: "Room 12".to_owned(),
        latitude: 12.9,
        longitude: 77.6,
        radius_meters: 30.0,
        building: "East".to_owned(),
        classroom_number: "12".to_owned(),
        capacity: 40,
        polygon: Vec::new(),
    };
    assert_eq!((&made, &get(&student, &made.id).await), (&expected, &expected));
    let nearest = async || {
        let point = ValidatePointRequest { lat: Some(12.9), lon: Some(77.6) };
        student.geofences().validate_point(point).await.answer().location_id
    };
    assert_eq!(nearest().await, made.id);

    let change = UpdateLocationRequest {
        location: Some(Location { id: made.id.clone(), building: "West".to_owned(), ..Default::default() }),
        update_mask: Some(FieldMask { paths: vec!["building".to_owned()] }),
    };
    let changed = admin.geofences().update_location(change).await.answer();
    let expected = Location { building: "West".to_owned(), ..expected };
    assert_eq!((&changed, &get(&student, &made.id).await), (&expected, &expected));

    let delete = DeleteLocationRequest { id: made.id.clone() };
    admin.geofences().delete_location(delete.clone()).await.answer();
    assert_ne!(nearest().await, made.id);
    let refusal = admin.geofences().delete_location(delete).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "location"));
    let used = DeleteLocationRequest { id: class.college.location.id.to_string() };
    let refusal = admin.geofences().delete_location(used).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::FailedPrecondition, "IN_USE"), "location"));
    let rows = class.world.rows().await;
    for action in ["created", "updated", "deleted"] {
        let query = format!("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'location.{action}'");
        assert_eq!(rows.number(&query).await, 1, "{action}");
    }
}

async fn names_are_unique_in_a_college(kind: Kind) {
    let (college, other) = (College::new("riverside", 0), College::new("hillside", 0));
    let world = Plan::new(kind).start(&[&college, &other]).await;
    let admin = world.actor(&college.admin);
    let first = admin.geofences().create_location(room("Room 12")).await.answer();
    let second = admin.geofences().create_location(room("Room 13")).await.answer();
    world.actor(&other.admin).geofences().create_location(room("Room 12")).await.answer();
    let taken = admin.geofences().create_location(room("Room 12")).await.refused();
    let rename = UpdateLocationRequest {
        location: Some(Location { id: second.id.clone(), name: first.name.clone(), ..Default::default() }),
        update_mask: Some(FieldMask { paths: vec!["name".to_owned()] }),
    };
    let renamed = admin.geofences().update_location(rename).await.refused();
    for refusal in [taken, renamed] {
        assert_eq!(refusal.kind(), (Code::AlreadyExists, "ALREADY_EXISTS"));
        assert_eq!((refusal.told("resource"), refusal.told("field")), ("location", "name"));
    }
    assert_eq!(get(&admin, &second.id).await, second);
}

async fn replace_whole_or_in_part(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let made = rest.post("/api/v1/locations", &json!({"name": "Hall", "latitude": -33.9, "longitude": 151.2})).await;
    let made = made.answer();
    assert_eq!((&made["radius_meters"], &made["building"]), (&json!(50), &json!("")));
    let path = format!("/api/v1/locations/{}", made["id"].as_str().expect("an id"));
    let send = async |method: Method, body: &Value| rest.send(rest.request(method, &path).json(body)).await;

    let patched = send(Method::PATCH, &json!({"classroomNumber": "1.07"})).await.answer();
    let mut expected = made.clone();
    expected["classroom_number"] = json!("1.07");
    assert_eq!(patched, expected);
    let whole = json!({"name": "Great hall", "latitude": -33.8, "longitude": 151.2, "radius_meters": 80});
    let put = send(Method::PUT, &whole).await.answer();
    for (field, value) in whole.as_object().expect("an object") {
        assert_eq!(&put[field], value, "{field}");
    }
    assert_eq!(put["classroom_number"], "", "what a whole one does not name is empty");

    for (method, body, fields) in [
        (Method::PUT, json!({"building": "B"}), &["name", "latitude", "radius_meters"][..]),
        (Method::PATCH, json!({"name": ""}), &["name"]),
        (Method::PATCH, json!({"latitude": 90.5}), &["latitude"]),
        (Method::PATCH, json!({"radius_meters": 0}), &["radius_meters"]),
        (Method::PATCH, json!({"name": "x".repeat(201)}), &["name"]),
        (Method::PATCH, json!({"college_id": class.college.college.id}), &["college_id"]),
        (Method::PATCH, json!({}), &["update_mask"]),
        (Method::PATCH, json!({"name": "\u{1b}[2J"}), &["name"]),
    ] {
        let refusal = send(method, &body).await.refused();
        let named: Vec<_> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!((refusal.kind(), &*named), ((Code::InvalidArgument, "INVALID_FIELD"), fields), "{body}");
        assert!(!refusal.message.contains("location."), "{refusal:?} names the field as the client did");
    }
    for mask in ["*", "id", "created_at", "location.name", "name.first"] {
        let change = UpdateLocationRequest {
            location: Some(Location { id: made["id"].as_str().expect("an id").to_owned(), ..Default::default() }),
            update_mask: Some(FieldMask { paths: vec![mask.to_owned()] }),
        };
        let refusal = class.admin().geofences().update_location(change).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{mask}");
        assert_eq!(refusal.violations[0].0, "update_mask");
    }
    assert_eq!(rest.get(&path).await.answer(), put, "what was refused changed nothing");
}

async fn a_moved_fence_decides_on_every_replica(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 4)).await;
    let location = class.college.location.clone();
    let middle = ValidatePointRequest { lat: Some(location.latitude), lon: Some(location.longitude) };
    // Both replicas have their copies.
    for replica in [0, 1] {
        let student = class.student(replica).at(replica);
        student.check_ins().check_in(class.request().await).await.answer();
        assert!(student.geofences().validate_point(middle).await.answer().inside);
    }
    let moved = UpdateLocationRequest {
        location: Some(Location {
            id: location.id.to_string(),
            latitude: location.latitude + 1.0,
            ..Default::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["latitude".to_owned()] }),
    };
    class.admin().geofences().update_location(moved).await.answer();
    for replica in [0, 1] {
        let student = class.student(2 + replica).at(replica);
        until_within("the replica has heard of it", Duration::from_secs(1), async || {
            (!student.geofences().validate_point(middle).await.answer().inside).then_some(())
        })
        .await;
        let refusal = student.check_ins().check_in(class.request().await).await.refused();
        assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OUTSIDE_GEOFENCE"));
    }
}
