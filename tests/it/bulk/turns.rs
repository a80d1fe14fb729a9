//! Whose turn it is: a process imports one file of a college at a time, of whatever kind, and another college's beside it.

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use http::Method;
use rollcall_tests::{Class, Kind, actor::Actor, college::College, in_worlds, rest::Reply, world::Plan};
use serde_json::json;

// SQLite would keep the test itself from holding a row.
in_worlds!([postgres POSTGRES_MEMORY] are_taken_by_all_kinds_of_imports, hold_up_no_other_college);

/// A file of one of the three kinds, which makes something.
async fn send(admin: &Actor, number: usize, query: &str) -> Reply {
    let point = json!({"type": "Point", "coordinates": [77.5, 12.9]});
    let feature = json!({"type": "Feature", "properties": {"name": format!("Room {number}")}, "geometry": point});
    let (path, media, file) = match number % 3 {
        0 => ("imports/divisions", "text/csv", format!("name\nDivision {number}\n")),
        1 => (
            "locations:import",
            "application/geo+json",
            json!({"type": "FeatureCollection", "features": [feature]}).to_string(),
        ),
        _ => (
            "calendar/entries:import",
            "text/calendar",
            format!(
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:{number}\nSUMMARY:Off\nDTSTART:20260101\nEND:VEVENT\nEND:VCALENDAR\n"
            ),
        ),
    };
    let rest = admin.rest();
    let request = rest.request(Method::POST, &format!("/api/v1/{path}{query}")).header("content-type", media);
    rest.send(request.body(file)).await
}

async fn are_taken_by_all_kinds_of_imports(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    // Somebody is at work on the college, so that no import of it comes to its end.
    let work = class.world.rows().await.hold("SELECT id FROM colleges FOR UPDATE").await;
    for number in 0..3 {
        let dry = send(&admin, number, "?dry_run=true").await.answer();
        assert_eq!((&dry["dry_run"], &dry["created"]), (&json!(true), &json!(1)), "a dry run waits for nobody");
    }
    let begun = Instant::now();
    let mut sent: FuturesUnordered<_> = (0..9).map(|number| send(&admin, number, "")).collect();
    for _ in 0..4 {
        let refusal = sent.next().await.expect("an answer").refused();
        assert_eq!(refusal.reason, "OVERLOADED");
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "refused at once");
    work.release().await;
    while let Some(reply) = sent.next().await {
        assert_eq!(reply.answer()["created"], json!(1));
    }
}

async fn hold_up_no_other_college(kind: Kind) {
    let [busy, other] = ["eastcampus", "westcampus"].map(|name| College::new(name, 0));
    let world = Plan::new(kind).start(&[&busy, &other]).await;
    let (admin, other_admin) = (world.actor(&busy.admin), world.actor(&other.admin));
    let one = format!("SELECT id FROM colleges WHERE id = '{}' FOR UPDATE", busy.college.id);
    let work = world.rows().await.hold(&one).await;
    let mut sent: FuturesUnordered<_> = (0..6).map(|number| send(&admin, number, "")).collect();
    // One has its turn, four wait, and there is no more room.
    assert_eq!(sent.next().await.expect("an answer").refused().reason, "OVERLOADED");
    for number in 0..3 {
        assert_eq!(
            send(&other_admin, number, "").await.answer()["created"],
            json!(1),
            "while all of the first one wait"
        );
    }
    work.release().await;
    while let Some(reply) = sent.next().await {
        assert_eq!(reply.answer()["created"], json!(1));
    }
}
