//! AccessPointService: what sends a signal where.

use http::Method;
use rollcall_proto::v1::{
    AccessPoint, CreateAccessPointRequest, DeleteAccessPointRequest, DeleteLocationRequest, ListAccessPointsRequest,
    access_point::Type,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    actor::Actor,
    college::{College, access_point_message},
    on_both_stores,
    seed::{SeedLocation, Signal},
    world::Plan,
};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

on_both_stores!(
    are_added_listed_and_deleted,
    are_listed_by_address_and_location,
    stand_at_one_place_of_a_college,
    must_be_of_one_device,
    go_with_their_location,
);

fn beacon(location: &SeedLocation, bssid: &str) -> CreateAccessPointRequest {
    CreateAccessPointRequest {
        location_id: location.id.to_string(),
        bssid: bssid.to_owned(),
        ssid: "Lectern".to_owned(),
        min_rssi_dbm: Some(-80),
        r#type: Type::Bluetooth.into(),
    }
}

async fn list(actor: &Actor, location_id: Option<Uuid>, page_size: i32) -> Vec<AccessPoint> {
    let location_id = location_id.map(|id| id.to_string());
    let mut request = ListAccessPointsRequest { page_size, page_token: String::new(), location_id };
    let mut listed = Vec::new();
    loop {
        let page = actor.access_points().list_access_points(request.clone()).await.answer();
        listed.extend(page.access_points);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return listed;
        }
    }
}

async fn are_added_listed_and_deleted(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let (admin, location) = (class.admin(), &class.college.location);
    let made = admin.access_points().create_access_point(beacon(location, "0A-5B-6C-7D-8E-9F")).await.answer();
    let expected = AccessPoint {
        id: made.id.clone(),
        location_id: location.id.to_string(),
        bssid: "0a:5b:6c:7d:8e:9f".to_owned(),
        ssid: "Lectern".to_owned(),
        min_rssi_dbm: -80,
        r#type: Type::Bluetooth.into(),
    };
    assert_eq!(made, expected);
    assert_eq!(list(&class.teacher(), None, 0).await, [expected]);

    let rest = admin.rest();
    let path = format!("/api/v1/access-points/{}", location.id);
    let heard = rest.post(&path, &json!({"bssid": "0a5b.6c7d.8ea0", "type": "wifi"})).await.answer();
    let id = heard["id"].as_str().expect("an id").to_owned();
    let expected = json!({
        "id": id, "location_id": location.id, "bssid": "0a:5b:6c:7d:8e:a0", "ssid": "", "min_rssi_dbm": -120, "type": "WIFI",
    });
    assert_eq!(heard, expected);
    let listed = class.teacher().rest().get("/api/v1/access-points?page_size=500").await.answer();
    assert_eq!(listed["access_points"][1], expected);

    let delete = async || rest.send(rest.request(Method::DELETE, &format!("/api/v1/access-points/{id}"))).await;
    assert_eq!(delete().await.answer(), json!({}));
    let refusal = delete().await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "access_point"));
    assert_eq!(list(&admin, None, 0).await, std::slice::from_ref(&made));
    admin.access_points().delete_access_point(DeleteAccessPointRequest { id: made.id }).await.answer();
    assert_eq!(list(&admin, None, 0).await, []);
    let rows = class.world.rows().await;
    for action in ["created", "deleted"] {
        let query = format!(
            "SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'access_point.{action}' AND CAST(detail AS TEXT) LIKE '%0a:5b:6c:7d:8e:%'"
        );
        assert_eq!(rows.number(&query).await, 2, "{action}");
    }
}

async fn are_listed_by_address_and_location(kind: Kind) {
    let (mut college, mut other) = (College::new("riverside", 0), College::new("hillside", 0));
    let (room, hall) = (college.location.clone(), college.another_location("Hall", 500.0));
    let seeded = [
        college.another_access_point(&hall, "06:00:00:00:00:03", Signal::Bluetooth),
        college.another_access_point(&room, "06:00:00:00:00:01", Signal::Wifi),
        college.another_access_point(&hall, "06:00:00:00:00:02", Signal::Wifi),
    ];
    let foreign = other.location.clone();
    other.another_access_point(&foreign, "06:00:00:00:00:04", Signal::Wifi);
    let world = Plan::new(kind).start(&[&college, &other]).await;
    let [third, first, second] = seeded.map(|seeded| access_point_message(&seeded));
    for actor in [world.actor(&college.teacher), world.actor(&college.admin)] {
        for page_size in [0, 1, 2, 3] {
            let all = list(&actor, None, page_size).await;
            assert_eq!(all, [first.clone(), second.clone(), third.clone()], "pages of {page_size}");
            let at_hall = list(&actor, Some(hall.id), page_size).await;
            assert_eq!(at_hall, [second.clone(), third.clone()], "pages of {page_size}");
        }
        for nothing in [foreign.id, Uuid::now_v7()] {
            assert_eq!(list(&actor, Some(nothing), 0).await, []);
        }
    }
    // A token is of one list.
    let mut request = ListAccessPointsRequest { page_size: 1, ..Default::default() };
    let admin = world.actor(&college.admin);
    request.page_token = admin.access_points().list_access_points(request.clone()).await.answer().next_page_token;
    request.location_id = Some(hall.id.to_string());
    let refusal = admin.access_points().list_access_points(request).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
}

async fn stand_at_one_place_of_a_college(kind: Kind) {
    let (mut college, other) = (College::new("riverside", 0), College::new("hillside", 0));
    let (room, hall) = (college.location.clone(), college.another_location("Hall", 500.0));
    let world = Plan::new(kind).start(&[&college, &other]).await;
    let admin = world.actor(&college.admin);
    let create = async |request| admin.access_points().create_access_point(request).await;
    create(beacon(&room, "0a:5b:6c:7d:8e:9f")).await.answer();
    for (location, bssid) in [(&room, "0a:5b:6c:7d:8e:9f"), (&hall, "0A5B6C7D8E9F")] {
        let refusal = create(beacon(location, bssid)).await.refused();
        assert_eq!(refusal.kind(), (Code::AlreadyExists, "ALREADY_EXISTS"), "{bssid}");
        assert_eq!((refusal.told("resource"), refusal.told("field")), ("access_point", "bssid"));
    }
    // Another college's places are not there, and its addresses take nothing away.
    let refusal = create(beacon(&other.location, "0a:5b:6c:7d:8e:a0")).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "location"));
    let theirs = beacon(&other.location, "0a:5b:6c:7d:8e:9f");
    world.actor(&other.admin).access_points().create_access_point(theirs).await.answer();
}

async fn must_be_of_one_device(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let path = format!("/api/v1/access-points/{}", class.college.location.id);
    let good = json!({"bssid": "0a:5b:6c:7d:8e:9f", "type": "WIFI"});
    for (field, value) in [
        ("bssid", json!("")),
        ("bssid", json!("campus")),
        ("bssid", json!("0a:5b:6c:7d:8e:9f:00")),
        ("bssid", json!("ff:ff:ff:ff:ff:ff")),
        // What a phone gives an app that may not know where it is.
        ("bssid", json!("02:00:00:00:00:00")),
        ("min_rssi_dbm", json!(1)),
        ("min_rssi_dbm", json!(-121)),
        ("ssid", json!("x".repeat(201))),
        ("type", json!("TYPE_UNSPECIFIED")),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let refusal = rest.post(&path, &body).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{body}");
        assert_eq!(refusal.violations.iter().map(|(field, _)| &**field).collect::<Vec<_>>(), [field], "{body}");
    }
    let refusal = rest.post(&path, &json!({})).await.refused();
    let missing: Vec<_> = refusal.violations.iter().map(|(field, _)| &**field).collect();
    assert_eq!(missing, ["bssid", "type"]);
    for bound in [-120, 0] {
        let mut body = good.clone();
        (body["min_rssi_dbm"], body["bssid"]) = (json!(bound), json!(format!("0a:5b:6c:7d:8e:{:02x}", -bound)));
        assert_eq!(rest.post(&path, &body).await.answer()["min_rssi_dbm"], bound);
    }
}

async fn go_with_their_location(kind: Kind) {
    let mut college = College::new("riverside", 0);
    let (room, hall) = (college.location.clone(), college.another_location("Hall", 500.0));
    let kept = college.another_access_point(&room, "06:00:00:00:00:01", Signal::Wifi);
    let gone = college.another_access_point(&hall, "06:00:00:00:00:02", Signal::Wifi);
    let class = Class::of(Plan::new(kind), college).await;
    let admin = class.admin();
    let delete = async |location: &SeedLocation| {
        admin.geofences().delete_location(DeleteLocationRequest { id: location.id.to_string() }).await
    };
    delete(&hall).await.answer();
    // A session keeps its room, and the room what stands in it.
    assert_eq!(delete(&room).await.refused().kind(), (Code::FailedPrecondition, "IN_USE"));
    assert_eq!(list(&admin, None, 0).await, [access_point_message(&kept)]);
    admin.access_points().create_access_point(beacon(&room, &gone.bssid)).await.answer();
}
