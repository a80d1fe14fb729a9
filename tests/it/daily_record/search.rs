//! SearchDailyRecords and ListDailyRecords.

use rollcall_tests::{Class, Kind, college::College, in_every_world, on_both_stores, on_postgres, world::Plan};
use serde_json::{Value, json};
use tonic::Code;

use super::{ALL, body, create, pages, payroll, search, search_path};

in_every_world!(nobody_gets_the_answer_of_somebody_else);
on_both_stores!(an_id_is_nothing_but_a_text, come_in_pages, days_bound_what_is_told);
on_postgres!(what_was_stored_is_told_on_every_replica_at_once);

async fn nobody_gets_the_answer_of_somebody_else(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = payroll(&class.admin()).await.rest();
    let (first, second) = ("E-1", "E-2");
    create(&rest, first, "Receptionist", "Present", "2026-03-02").await;
    create(&rest, second, "Porter", "Absent", "2026-03-02").await;
    for _ in 0..3 {
        assert_eq!(search(&rest, first).await, json!([body(first, "Receptionist", "Present", "2026-03-02")]));
        assert_eq!(search(&rest, second).await, json!([body(second, "Porter", "Absent", "2026-03-02")]));
        assert_eq!(rest.get(&search_path("E-3")).await.refused().code, Code::NotFound);
    }
    // What was asked for is told anew after every change.
    for status in ["Absent", "Leave", "Present", "Absent"] {
        create(&rest, first, "", status, "2026-03-02").await;
        assert_eq!(search(&rest, first).await[0]["status"], status);
        let all = rest.get(ALL).await.answer()["records"].clone();
        let told = all.as_array().expect("records").iter().find(|record| record["id"] == first);
        assert_eq!(told.expect("the record")["status"], status);
        assert_eq!(search(&rest, second).await[0]["status"], "Absent");
    }
}

async fn an_id_is_nothing_but_a_text(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = payroll(&class.admin()).await.rest();
    create(&rest, "1", "Receptionist", "Present", "2026-03-02").await;
    let ids = [
        "1' OR '1'='1",
        "'; DROP TABLE daily_records; --",
        "\" OR 1=1 --",
        "%",
        "_",
        "$1",
        "1\\",
        "../1?id=2&id=3#",
        "{\"id\": 1}",
        "é",
        "e\u{301}",
        "01",
        "1 ",
        "None",
        "\u{1f469}\u{200d}\u{1f527}",
    ];
    for id in ids {
        assert_eq!(rest.get(&search_path(id)).await.refused().kind(), (Code::NotFound, "NOT_FOUND"), "{id}");
    }
    for (number, id) in ids.into_iter().enumerate() {
        create(&rest, id, &format!("Porter {number}"), "Absent", "2026-03-02").await;
    }
    for (number, id) in ids.into_iter().enumerate() {
        let expected = json!([body(id, &format!("Porter {number}"), "Absent", "2026-03-02")]);
        assert_eq!(search(&rest, id).await, expected, "{id}");
    }
    assert_eq!(search(&rest, "1").await, json!([body("1", "Receptionist", "Present", "2026-03-02")]));
}

async fn come_in_pages(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = payroll(&class.admin()).await.rest();
    let days: Vec<String> = (1..=7).map(|day| format!("2026-03-{day:02}")).collect();
    for id in ["E-1", "E-2"] {
        for day in &days {
            create(&rest, id, "Receptionist", "Present", day).await;
        }
    }
    let dates = |records: &[Value]| -> Vec<String> {
        records.iter().filter_map(|record| record["date"].as_str().map(str::to_owned)).collect()
    };
    let mut expected = days.clone();
    expected.reverse();
    let whole = pages(&rest, ALL, 500).await;
    assert_eq!(whole.len(), 14);
    assert!(dates(&whole).is_sorted_by(|later, earlier| later >= earlier), "{whole:?}");
    for page_size in [1, 2, 3, 7] {
        let found = pages(&rest, &search_path("E-1"), page_size).await;
        assert_eq!(dates(&found), expected, "pages of {page_size}");
        assert_eq!(pages(&rest, ALL, page_size).await, whole, "pages of {page_size}");
    }

    // A token is of one person, one list and one filter.
    let first = rest.get(&format!("{}&page_size=1", search_path("E-1"))).await.answer();
    let token = first["next_page_token"].as_str().expect("a token");
    for path in [search_path("E-2"), format!("{}&from=2026-03-01", search_path("E-1")), format!("{ALL}?kind=PRESENT")] {
        let refusal = rest.get(&format!("{path}&page_token={token}")).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"), "{path}");
    }
}

async fn days_bound_what_is_told(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = payroll(&class.admin()).await.rest();
    for (id, status, date) in [
        ("E-1", "Present", "2026-03-01"),
        ("E-1", "Leave", "2026-03-02"),
        ("E-1", "Present", "2026-03-03"),
        ("E-2", "Leave", "2026-03-03"),
    ] {
        create(&rest, id, "Receptionist", status, date).await;
    }
    for (filter, of_one, of_all) in [
        ("from=2026-03-02", 2, 3),
        ("to=2026-03-02", 2, 2),
        ("from=2026-03-02&to=2026-03-02", 1, 1),
        ("from=2026-03-04", 0, 0),
    ] {
        assert_eq!(pages(&rest, &format!("{}&{filter}", search_path("E-1")), 2).await.len(), of_one, "{filter}");
        assert_eq!(pages(&rest, &format!("{ALL}?{filter}"), 2).await.len(), of_all, "{filter}");
    }
    assert_eq!(pages(&rest, &format!("{ALL}?kind=LEAVE"), 1).await.len(), 2);
    assert_eq!(pages(&rest, &format!("{ALL}?kind=LEAVE&from=2026-03-03"), 1).await.len(), 1);
    for (filter, field) in [
        ("from=2026-03-02&to=2026-03-01", "to"),
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("page_size=-1", "page_size"),
    ] {
        for path in [search_path("E-1") + "&", format!("{ALL}?")] {
            let refusal = rest.get(&format!("{path}{filter}")).await.refused();
            assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{filter}");
            assert_eq!(refusal.violations[0].0, field, "{filter}");
        }
    }
}

/// Nothing is waited for: the answer to the write is the promise.
async fn what_was_stored_is_told_on_every_replica_at_once(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 0)).await;
    // By hand: that an API key was just made, the other replica may hear a moment later.
    let admin = class.admin();
    let replicas = [admin.rest(), admin.at(1).rest()];
    create(&replicas[0], "E-1", "Receptionist", "Present", "2026-03-02").await;
    for number in 0..40 {
        let (writer, reader) = (&replicas[number % 2], &replicas[(number + 1) % 2]);
        // So that there is something that could be stale.
        search(reader, "E-1").await;
        reader.get(ALL).await.answer();
        let status = if number % 3 == 0 { "Absent" } else { "Leave" };
        create(writer, "E-1", "", status, "2026-03-02").await;
        assert_eq!(search(reader, "E-1").await[0]["status"], status, "change {number}");
        assert_eq!(reader.get(ALL).await.answer()["records"][0]["status"], status, "change {number}");
    }
}
