//! Whoever is signed in and denied a call leaves a row, whatever the transport and wherever it was denied.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use rollcall_proto::v1::{
    CreateLocationRequest, GetSessionRequest, ListAuditRowsRequest, ListRecordsRequest, StartSessionRequest,
};
use rollcall_tests::{Answer as _, Class, Kind, college::College, on_both_stores, seed::State, until, world::Plan};
use tonic::Code;

on_both_stores!(leave_a_row_each, do_not_stop_the_next_one_in_a_flood);

async fn leave_a_row_each(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let planned = college.another_session(State::Scheduled).id.to_string();
    let class = Class::of(Plan::new(kind), college).await;
    let (student, other) = (class.student(0), class.other_teacher());
    let running = class.session_id().to_string();

    // By the contract, over gRPC and over REST.
    student.geofences().create_location(CreateLocationRequest::default()).await.refused();
    student.rest().get("/api/v1/audit").await.refused();
    // By who knows the object; a stream too.
    other.sessions().start_session(StartSessionRequest { id: planned.clone(), ..Default::default() }).await.refused();
    let list = ListRecordsRequest { session_id: Some(running.clone()), ..Default::default() };
    other.records().list_records(list).await.refused();
    other.rest().get(&format!("/ws/attendance/live?session_id={running}")).await.refused();
    // Not denied, but not there, faulty, or by nobody.
    other.sessions().get_session(GetSessionRequest { id: planned.clone() }).await.refused();
    class.admin().geofences().create_location(CreateLocationRequest::default()).await.refused();
    class.world.nobody().geofences().create_location(CreateLocationRequest::default()).await.refused();

    let expected = [
        (&student, "GeofenceService/CreateLocation", "ROLE_NOT_ALLOWED", ""),
        (&student, "AuditService/ListAuditRows", "ROLE_NOT_ALLOWED", ""),
        (&other, "SessionService/StartSession", "NOT_YOUR_SESSION", &planned),
        (&other, "RecordService/ListRecords", "NOT_YOUR_SESSION", &running),
        (&other, "LiveService/WatchAttendance", "NOT_YOUR_SESSION", &running),
    ]
    .map(|(actor, rpc, reason, session)| {
        let object = if session.is_empty() { String::new() } else { format!("session {session}") };
        (actor.user().id.to_string(), rpc.to_owned(), reason.to_owned(), object)
    });
    // The answers do not wait for them.
    until("all are written", async || {
        let request = ListAuditRowsRequest { action: "call.".to_owned(), ..Default::default() };
        let rows = class.admin().audit().list_audit_rows(request).await.answer().audit_rows;
        if rows.len() < expected.len() {
            return None;
        }
        let found = rows.iter().map(|row| {
            assert_eq!(row.action, "call.denied");
            assert!(!row.request_id.is_empty() && row.ip_address == "127.0.0.1", "{row:?}");
            let detail = row.detail.clone().unwrap_or_default();
            let text = |name: &str| match detail.fields[name].kind.clone() {
                Some(prost_types::value::Kind::StringValue(text)) => text,
                other => panic!("{name}: {other:?}"),
            };
            let object = format!("{} {}", row.object_type, row.object_id).trim().to_owned();
            (row.actor_id.clone(), text("rpc"), text("reason"), object)
        });
        assert_eq!(found.collect::<BTreeSet<_>>(), BTreeSet::from(expected.clone()));
        assert_eq!(rows.len(), expected.len());
        Some(())
    })
    .await;
}

/// Under a flood rows are left out, and answers wait for none of them; after it, a denial leaves a row as before.
async fn do_not_stop_the_next_one_in_a_flood(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let count = async |student: usize| {
        let id = class.college.students[student].id;
        let request = ListAuditRowsRequest { actor_id: Some(id.to_string()), page_size: 500, ..Default::default() };
        class.admin().audit().list_audit_rows(request).await.answer().audit_rows.len()
    };
    let flood = (0..300).map(|_| {
        let student = class.student(0);
        async move { student.geofences().create_location(CreateLocationRequest::default()).await.refused() }
    });
    for refusal in join_all(flood).await {
        assert_eq!(refusal.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));
    }
    assert!((1..=300).contains(&until("some are written", async || Some(count(0).await).filter(|n| *n > 0)).await));
    until("another one's is written", async || {
        class.student(1).geofences().create_location(CreateLocationRequest::default()).await.refused();
        (count(1).await > 0).then_some(())
    })
    .await;
}
