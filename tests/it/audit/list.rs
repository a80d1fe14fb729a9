//! ListAuditRows.

use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use rollcall_proto::v1::{AuditRow, CancelSessionRequest, ListAuditRowsRequest, StartSessionRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, on_both_stores, seed::State, world::Plan,
};
use serde_json::{Value, json};
use tonic::Code;
use uuid::Uuid;

on_both_stores!(shows_the_newest_first, lets_through_what_is_asked_for, knows_no_way_to_change_a_row);

async fn list(actor: &Actor, mut request: ListAuditRowsRequest) -> Vec<AuditRow> {
    let mut listed = Vec::new();
    loop {
        let page = actor.audit().list_audit_rows(request.clone()).await.answer();
        listed.extend(page.audit_rows);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return listed;
        }
    }
}

fn actions(rows: &[AuditRow]) -> Vec<&str> {
    rows.iter().map(|row| row.action.as_str()).collect()
}

async fn shows_the_newest_first(kind: Kind) {
    let mut college = College::new("riverside", 0);
    let planned = college.another_session(State::Scheduled).id.to_string();
    let other = College::new("hillside", 0);
    let class = Class { world: Plan::new(kind).start(&[&college, &other]).await, college };
    class.world.actor(&other.admin).login().await;
    let (teacher, admin) = (class.teacher(), class.admin());
    let before = class.world.clock().now() - TimeDelta::seconds(1);
    teacher.sessions().start_session(StartSessionRequest { id: planned.clone(), ..Default::default() }).await.answer();
    let cancel = CancelSessionRequest { id: planned.clone(), reason: "the pipe burst".to_owned() };
    let mut request = tonic::Request::new(cancel);
    request.metadata_mut().insert("x-request-id", "from-the-test".parse().expect("a header"));
    teacher.sessions().cancel_session(request).await.answer();
    admin.login().await;

    let rows = list(&admin, ListAuditRowsRequest::default()).await;
    assert_eq!(actions(&rows), ["login", "session.cancelled", "session.started"]);
    for page_size in [1, 2, 3] {
        assert_eq!(list(&admin, ListAuditRowsRequest { page_size, ..Default::default() }).await, rows, "{page_size}");
    }
    assert_eq!(list(&admin, ListAuditRowsRequest::default()).await, rows, "reading leaves no row");

    let shown = admin.rest().get("/api/v1/audit?action=session.cancelled").await.answer();
    let row = &shown["audit_rows"][0];
    let (id, at) = (row["id"].as_str().expect("an id"), row["created_at"].as_str().expect("a time"));
    assert!(id.parse::<Uuid>().is_ok_and(|id| id.get_version_num() == 7), "{row}");
    let at: DateTime<Utc> = at.parse().expect("a time");
    assert!((before..=class.world.clock().now() + TimeDelta::seconds(1)).contains(&at), "{row}");
    let expected = json!({
        "id": id,
        "actor_id": class.college.teacher.id,
        "action": "session.cancelled",
        "object_type": "session",
        "object_id": planned,
        "detail": {"reason": "the pipe burst"},
        "ip_address": "127.0.0.1",
        "request_id": "from-the-test",
        "created_at": row["created_at"],
        "actor_kind": "USER",
    });
    assert_eq!(row, &expected);
}

async fn lets_through_what_is_asked_for(kind: Kind) {
    let mut college = College::new("riverside", 0);
    let planned = college.another_session(State::Scheduled).id.to_string();
    let class = Class::of(Plan::new(kind), college).await;
    let (teacher, admin) = (class.teacher(), class.admin());
    teacher.sessions().start_session(StartSessionRequest { id: planned.clone(), ..Default::default() }).await.answer();
    let room = json!({"name": "Room 7", "latitude": 12.9, "longitude": 77.6});
    let room = admin.rest().post("/api/v1/locations", &room).await.answer();
    let room = room["id"].as_str().expect("an id").to_owned();
    admin.login().await;

    let all = ListAuditRowsRequest::default;
    // A row stands at its very time: it is from then on, and not before.
    let middle = list(&admin, all()).await[1].created_at;
    let action = |action: &str| ListAuditRowsRequest { action: action.to_owned(), ..all() };
    let actor = |id: Uuid| ListAuditRowsRequest { actor_id: Some(id.to_string()), ..all() };
    let kind_of = |kind: &str| ListAuditRowsRequest { object_type: kind.to_owned(), ..all() };
    let object = |id: &str| ListAuditRowsRequest { object_id: Some(id.to_owned()), ..all() };
    let table: [(ListAuditRowsRequest, &[&str]); 18] = [
        (all(), &["login", "location.created", "session.started"]),
        (action("session.started"), &["session.started"]),
        (action("session."), &["session.started"]),
        (action("session"), &[]),
        (action("Session."), &[]),
        (action("s_ssion."), &[]),
        (action("%."), &[]),
        (action("login"), &["login"]),
        (actor(class.college.teacher.id), &["session.started"]),
        (actor(class.college.admin.id), &["login", "location.created"]),
        (actor(Uuid::now_v7()), &[]),
        (kind_of("location"), &["location.created"]),
        (kind_of("loc"), &[]),
        (object(&room), &["location.created"]),
        (object(&planned.to_uppercase()), &["session.started"]),
        (ListAuditRowsRequest { created_from: middle, ..all() }, &["login", "location.created"]),
        (ListAuditRowsRequest { created_before: middle, ..all() }, &["session.started"]),
        (ListAuditRowsRequest { created_before: middle, ..actor(class.college.admin.id) }, &[]),
    ];
    for (request, expected) in table {
        assert_eq!(actions(&list(&admin, request.clone()).await), expected, "{request:?}");
        let pages = ListAuditRowsRequest { page_size: 1, ..request.clone() };
        assert_eq!(actions(&list(&admin, pages).await), expected, "pages of {request:?}");
    }

    let path =
        format!("/api/v1/audit?actor_id={}&action=location.&created_from=2026-01-01T00:00:00Z", class.college.admin.id);
    assert_eq!(admin.rest().get(&path).await.answer()["audit_rows"][0]["object_id"], room.as_str());
    for (query, field) in [("actor_id=me", "actor_id"), ("object_id=room", "object_id"), ("page_size=-1", "page_size")]
    {
        let refusal = admin.rest().get(&format!("/api/v1/audit?{query}")).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{query}");
        assert_eq!(refusal.violations[0].0, field);
    }
    // A token is of one filter.
    let first = admin.audit().list_audit_rows(ListAuditRowsRequest { page_size: 1, ..all() }).await.answer();
    let other = ListAuditRowsRequest { page_token: first.next_page_token, ..action("login") };
    let refusal = admin.audit().list_audit_rows(other).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
}

async fn knows_no_way_to_change_a_row(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    class.admin().login().await;
    let before = rest.get("/api/v1/audit").await.answer();
    let id = before["audit_rows"][0]["id"].as_str().expect("an id");
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        for (path, expected) in [("/api/v1/audit".to_owned(), 405), (format!("/api/v1/audit/{id}"), 404)] {
            assert_eq!(rest.send(rest.request(method.clone(), &path)).await.status, expected, "{method} {path}");
        }
    }
    assert_eq!(rest.get("/api/v1/audit").await.answer(), before);
    assert_ne!(before["audit_rows"], Value::Null);
}
