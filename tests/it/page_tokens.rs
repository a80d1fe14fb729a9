//! A page token is good for whoever got it: it tells where a list of theirs goes on.

use rollcall_tests::{Class, Kind, actor::Actor, college::College, on_both_stores, world::Plan};
use serde_json::{Value, json};
use tonic::Code;

on_both_stores!(are_refused_in_another_college);

/// The lists that an administrator reads.
const LISTS: [&str; 10] = [
    "users",
    "divisions",
    "locations",
    "access-points",
    "calendar/entries",
    "timetables",
    "sessions",
    "attendance/records",
    "audit",
    "policies",
];

async fn are_refused_in_another_college(kind: Kind) {
    let (college, other) = (College::new("riverside", 2), College::new("hillside", 0));
    let class = Class { world: Plan::new(kind).start(&[&college, &other]).await, college };
    fill(&class).await;
    let stranger = class.world.actor(&other.admin);
    let (own, foreign) = (class.admin().rest(), stranger.rest());
    for list in LISTS {
        let first = format!("/api/v1/{list}?page_size=1");
        let told = own.get(&first).await.answer();
        let token = told["next_page_token"].as_str().expect("a token");
        assert!(!token.is_empty(), "{list} has one page: {told}");
        let second = format!("{first}&page_token={token}");
        let refusal = foreign.get(&second).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"), "{list}");
        assert_ne!(own.get(&second).await.answer(), told, "{list}");
    }
}

/// Two of everything.
async fn fill(class: &Class) {
    let admin = class.admin();
    let (division, teacher) = (class.college.division.id, class.college.teacher.id);
    for number in 0..2 {
        class.check_in(number).await;
        let place = json!({"name": format!("Oak {number}"), "latitude": 12.9, "longitude": 77.5, "radius_meters": 30});
        let place = made(&admin, "locations", &place).await;
        let id = place["id"].as_str().expect("an id");
        let point = json!({"bssid": format!("4a:5b:6c:7d:8e:0{number}"), "type": "WIFI"});
        made(&admin, &format!("access-points/{id}"), &point).await;
        let day = json!({"kind": "HOLIDAY", "name": "Off", "from_date": format!("2030-01-0{}", number + 1)});
        made(&admin, "calendar/entries", &day).await;
        let slot = json!({"division_id": division, "teacher_id": teacher, "location_id": id, "subject": "Algebra",
            "day_of_week": number + 1, "start_time": "09:00", "end_time": "10:00"});
        made(&admin, "timetables", &slot).await;
        let session = json!({"division_id": division, "teacher_id": teacher, "location_id": id, "subject": "Algebra",
            "planned_start": "2030-01-01T09:00:00Z", "planned_end": "2030-01-01T10:00:00Z"});
        made(&admin, "sessions", &session).await;
        let rules = json!({"requirements": [{"factors": ["CODE"]}]});
        made(&admin, "policies", &json!({"scope": "COLLEGE", "is_shadow": number == 1, "rules": rules})).await;
    }
}

async fn made(admin: &Actor, path: &str, body: &Value) -> Value {
    admin.rest().post(&format!("/api/v1/{path}"), body).await.answer()
}
