//! ListDivisionTimetable, at the division's route.

use rollcall_proto::v1::CreateTimetableRequest;
use rollcall_tests::{Class, Kind, actor::Actor, college::College, on_both_stores, world::Plan};
use serde_json::Value;
use tonic::Code;
use uuid::Uuid;

use super::{make, monday};

on_both_stores!(shows_what_is_valid_to_those_who_belong);

async fn shows_what_is_valid_to_those_who_belong(kind: Kind) {
    let (college, other) = (College::new("riverside", 1), College::new("hillside", 0));
    let world = Plan::new(kind).start(&[&college, &other]).await;
    let class = Class { world, college };
    let past = CreateTimetableRequest { valid_to: Some("2026-01-31".to_owned()), ..monday(&class) };
    let past = make(&class, past).await;
    let new = CreateTimetableRequest {
        valid_from: Some("2026-02-01".to_owned()),
        subject: "Parsers".to_owned(),
        ..monday(&class)
    };
    let new = make(&class, new).await;
    let earlier =
        CreateTimetableRequest { start_time: "08:00".to_owned(), end_time: "08:50".to_owned(), ..monday(&class) };
    let earlier = make(&class, earlier).await;
    let elsewhere = CreateTimetableRequest {
        division_id: class.college.other_division.id.to_string(),
        day_of_week: 2,
        ..monday(&class)
    };
    make(&class, elsewhere).await;
    let path = format!("/api/v1/divisions/{}/timetable", class.college.division.id);
    let ids = async |actor: &Actor, query: &str| -> Vec<String> {
        let (mut ids, mut token) = (Vec::new(), String::new());
        loop {
            let answer = actor.rest().get(&format!("{path}?page_size=1&page_token={token}{query}")).await.answer();
            let page = answer["timetables"].as_array().expect("slots").clone();
            ids.extend(page.iter().map(|slot: &Value| slot["id"].as_str().expect("an id").to_owned()));
            token = answer["next_page_token"].as_str().expect("a token").to_owned();
            if token.is_empty() {
                return ids;
            }
        }
    };
    for actor in [class.student(0), class.other_teacher(), class.admin()] {
        assert_eq!(ids(&actor, "").await, [earlier.id.clone(), new.id.clone()], "today");
        assert_eq!(ids(&actor, "&day=2026-01-31").await, [earlier.id.clone(), past.id.clone()]);
        assert!(ids(&actor, "&day=2026-01-04").await.is_empty());
    }
    let hidden = class.stranger().rest().get(&path).await.refused();
    let absent =
        class.stranger().rest().get(&format!("/api/v1/divisions/{}/timetable", Uuid::now_v7())).await.refused();
    let foreign =
        class.admin().rest().get(&format!("/api/v1/divisions/{}/timetable", other.division.id)).await.refused();
    for refusal in [hidden, absent, foreign] {
        assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "division"));
    }
}
