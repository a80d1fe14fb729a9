//! Many callers who send the same at once.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use rollcall_tests::{Class, Kind, college::College, in_every_world, on_postgres, rest::Rest, world::Plan};
use serde_json::Value;

use super::{create, pages, payroll, search, search_path};

in_every_world!(one_person_and_one_record_come_of_many_at_once);
on_postgres!(the_same_holds_over_two_replicas);

const CALLERS: usize = 32;

async fn one_person_and_one_record_come_of_many_at_once(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = payroll(&class.admin()).await.rest();
    race(&class, &[rest]).await;
}

async fn the_same_holds_over_two_replicas(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 0)).await;
    let admin = class.admin();
    race(&class, &[admin.rest(), admin.at(1).rest()]).await;
}

async fn race(class: &Class, edges: &[Rest]) {
    // One day: each caller says something else of it, in the order in which they come.
    let same = (0..CALLERS).map(|caller| {
        let (rest, status) = (edges[caller % edges.len()].clone(), status(caller));
        async move { create(&rest, "E-1", "Receptionist", status, "2026-03-02").await }
    });
    let answers = join_all(same).await;
    assert_eq!(answers.iter().filter(|answer| is_made(answer)).count(), 1, "{answers:?}");
    let stands = search(&edges[0], "E-1").await;
    assert_eq!(stands.as_array().expect("records").len(), 1, "{stands}");

    // Many days of somebody else.
    let days = (0..CALLERS).map(|caller| {
        let rest = edges[caller % edges.len()].clone();
        let date = format!("2026-{:02}-{:02}", 1 + caller / 28, 1 + caller % 28);
        async move { create(&rest, "E-2", "Porter", status(caller), &date).await }
    });
    let answers = join_all(days).await;
    assert!(answers.iter().all(is_made), "{answers:?}");
    let found = pages(&edges[0], &search_path("E-2"), 10).await;
    let told: BTreeSet<String> = found.iter().map(Value::to_string).collect();
    let stored: BTreeSet<String> = answers.iter().map(|answer| answer["record"].to_string()).collect();
    assert_eq!(told, stored);

    // And many people on one day.
    let people = (0..CALLERS).map(|caller| {
        let (rest, id) = (edges[caller % edges.len()].clone(), format!("E-{}", 100 + caller % 8));
        async move { create(&rest, &id, "Guard", "Present", "2026-03-02").await }
    });
    let answers = join_all(people).await;
    assert_eq!(answers.iter().filter(|answer| is_made(answer)).count(), 8, "{answers:?}");

    // Nothing was made twice and nothing replaced in silence: each change of the first day follows from the one before.
    let rows = class.world.rows().await;
    for (query, expected) in [
        ("FROM employees", 10),
        ("FROM daily_records", 1 + 32 + 8),
        ("FROM audit_rows WHERE action = 'employee.created'", 10),
        ("FROM audit_rows WHERE action = 'daily_record.created'", 1 + 32 + 8),
    ] {
        assert_eq!(rows.number(&format!("SELECT COUNT(*) AS n {query}")).await, expected, "{query}");
    }
    let first_day = "SELECT CAST(detail AS TEXT) AS detail FROM audit_rows WHERE action = 'daily_record.replaced'";
    let mut balance = BTreeMap::<String, i32>::new();
    for row in rows.all(first_day).await {
        let detail: Value = serde_json::from_str(row["detail"].as_str().expect("a text")).expect("JSON");
        *balance.entry(text(&detail["from"])).or_default() -= 1;
        *balance.entry(text(&detail["to"])).or_default() += 1;
    }
    // What was said first has gone once more than it came, and what stands has come once more.
    balance.retain(|_, balance| *balance != 0);
    let last = text(&stands[0]["status"]);
    assert!(balance.is_empty() || balance.len() == 2 && balance.get(&last) == Some(&1), "{last}: {balance:?}");
}

fn status(caller: usize) -> &'static str {
    ["Present", "Absent", "Half day", "Leave", "Holiday"][caller % 5]
}

fn is_made(answer: &Value) -> bool {
    answer["message"].as_str().expect("a message").ends_with("was made.")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
