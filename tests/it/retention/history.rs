//! One's own location history: reading it, and having it removed.

use rollcall_proto::v1::{
    CheckInRequest, DeleteMyLocationHistoryRequest, DeleteMyLocationHistoryResponse, DeleteUserRequest,
    ListMyLocationHistoryRequest, LocationHistoryEntry, Position, attendance_record::DistanceBand,
    decide_review_request::Decision, location_history_entry::Kind as Was,
};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, in_every_world, on_both_stores, record::time,
    until::until_within, world::Plan,
};
use serde_json::json;
use tonic::Code;

use super::{DAY_SECONDS, SWEEP, SWEPT, WITH_POSITION, end, keep_for, set, telling};
use crate::review::decide;

in_every_world!(tells_each_person_their_own, is_removed_at_once_but_for_what_is_needed);
on_both_stores!(is_read_in_pages, stays_where_the_college_says_so, goes_with_its_person);

/// Whether a word of a position stands anywhere in a table.
const IN_AUDIT: &str = "SELECT COUNT(*) AS n FROM audit_rows WHERE CAST(detail AS text) LIKE '%12.97%'";

async fn history(student: &Actor) -> Vec<LocationHistoryEntry> {
    let all = ListMyLocationHistoryRequest::default();
    student.location_history().list_my_location_history(all).await.answer().entries
}

async fn remove(student: &Actor) -> DeleteMyLocationHistoryResponse {
    let all = DeleteMyLocationHistoryRequest::default();
    student.location_history().delete_my_location_history(all).await.answer()
}

/// A check-in from where it cannot be told whether that is inside the fence.
async fn vague(class: &Class) -> CheckInRequest {
    let request = telling(class, 45.0, "phone-1").await;
    let position = request.position.map(|position| Position { accuracy_meters: Some(40.0), ..position });
    CheckInRequest { position, ..request }
}

async fn tells_each_person_their_own(kind: Kind) {
    let class = Class::open(kind, 3).await;
    keep_for(&class.admin(), 10).await;
    let outside = telling(&class, 120.0, "phone-0").await;
    class.student(0).check_ins().check_in(outside.clone()).await.refused();
    let record = class.student(0).check_ins().check_in(telling(&class, 10.0, "phone-0").await).await.answer();
    class.student(1).check_ins().check_in(vague(&class).await).await.answer();
    let without = CheckInRequest { position: None, ..telling(&class, 0.0, "phone-2").await };
    class.student(2).check_ins().check_in(without).await.refused();

    let seen = history(&class.student(0)).await;
    let told = |entry: &LocationHistoryEntry| (entry.kind(), entry.distance_band(), entry.place_name.clone());
    let place = class.college.location.name.clone();
    assert_eq!(
        seen.iter().map(told).collect::<Vec<_>>(),
        [(Was::Record, DistanceBand::Inside, place.clone()), (Was::Attempt, DistanceBand::Within200M, place)]
    );
    assert_eq!((seen[0].id.as_str(), seen[0].subject.as_str()), (record.id.as_str(), "Rust"));
    assert_eq!(seen[1].latitude, outside.position.and_then(|position| position.latitude));
    assert_eq!(seen[0].expires_at, None, "the session is not over");
    let kept = time(seen[1].expires_at) - time(seen[1].checked_in_at);
    assert_eq!(kept.num_days(), 10);
    let others = history(&class.student(1)).await;
    assert_eq!((others.len(), others[0].accuracy_meters), (1, Some(40.0)));
    assert_eq!(history(&class.student(2)).await, [], "no position was sent");
    for staff in [class.teacher(), class.admin()] {
        let all = ListMyLocationHistoryRequest::default();
        let refusal = staff.location_history().list_my_location_history(all).await.refused();
        assert_eq!(refusal.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));
    }

    // What is over is told to be so.
    end(&class.world, &class.college).await;
    assert!(history(&class.student(0)).await[0].expires_at.is_some());
    class.world.advance(11 * DAY_SECONDS).await;
    class.world.ran(SWEEP).await;
    let seen = history(&class.student(0)).await;
    assert_eq!(
        seen.iter().map(LocationHistoryEntry::distance_band).collect::<Vec<_>>(),
        [DistanceBand::Inside, DistanceBand::Within200M]
    );
    for entry in seen {
        assert_eq!(
            (entry.latitude, entry.longitude, entry.accuracy_meters, entry.expires_at),
            (None, None, None, None)
        );
        assert!(entry.removed_at.is_some());
    }
}

async fn is_removed_at_once_but_for_what_is_needed(kind: Kind) {
    let class = Class::open(kind, 3).await;
    let (student, other) = (class.student(0), class.student(1));
    student.check_ins().check_in(telling(&class, 120.0, "phone-0").await).await.refused();
    student.check_ins().check_in(telling(&class, 0.0, "phone-0").await).await.answer();
    let flagged = other.check_ins().check_in(vague(&class).await).await.answer();
    end(&class.world, &class.college).await;

    // Whoever has just been there cannot hide whose device it was.
    let answer = DeleteMyLocationHistoryResponse { kept_recent_count: 2, ..Default::default() };
    assert_eq!(remove(&student).await, answer);
    class.world.advance(DAY_SECONDS + 60).await;
    let before = class.records().await;
    let answer = DeleteMyLocationHistoryResponse { removed_count: 2, ..Default::default() };
    assert_eq!(remove(&student).await, answer);
    assert_eq!(remove(&student).await, DeleteMyLocationHistoryResponse::default(), "nothing is left");
    let answer = DeleteMyLocationHistoryResponse { kept_for_review_count: 1, ..Default::default() };
    assert_eq!(remove(&other).await, answer);

    // Records are as they were, but for the place.
    let rows = class.world.rows().await;
    assert_eq!(rows.number(WITH_POSITION).await, 1);
    for (before, after) in before.iter().zip(class.records().await) {
        let unplaced = |mut record: rollcall_proto::v1::AttendanceRecord| {
            (record.distance_band, record.traces_removed_at) = (0, None);
            record
        };
        assert_eq!(unplaced(before.clone()), unplaced(after));
    }
    assert!(history(&student).await.iter().all(|entry| entry.removed_at.is_some() && entry.latitude.is_none()));
    // It can go when it is decided.
    decide(&class.teacher(), &flagged, Decision::Confirm).await;
    let answer = DeleteMyLocationHistoryResponse { removed_count: 1, ..Default::default() };
    assert_eq!(remove(&other).await, answer);
    assert_eq!(rows.number(WITH_POSITION).await, 0);
    let told = "SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'location_history.deleted'";
    assert!(rows.number(told).await >= 2);
    assert_eq!(rows.number(IN_AUDIT).await, 0);
    // The retention finds nothing to do, and does no harm.
    keep_for(&class.admin(), 1).await;
    class.world.advance(3600).await;
    class.world.ran(SWEEP).await;
    let kept = "SELECT COUNT(*) AS n FROM attendance_records WHERE distance_band = 'INSIDE'";
    assert_eq!(rows.number(kept).await, 2);
}

async fn is_read_in_pages(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let student = class.student(0);
    for meters in [100.0, 200.0, 300.0, 400.0] {
        student.check_ins().check_in(telling(&class, meters, "phone").await).await.refused();
    }
    student.check_ins().check_in(telling(&class, 0.0, "phone").await).await.answer();
    let whole = history(&student).await;
    assert_eq!(whole.len(), 5);
    let mut request = ListMyLocationHistoryRequest { page_size: 2, ..Default::default() };
    let mut read = Vec::new();
    loop {
        let page = student.location_history().list_my_location_history(request.clone()).await.answer();
        assert!(page.entries.len() <= 2);
        read.extend(page.entries);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(read, whole);
    let path = "/api/v1/attendance/my-location-history";
    let none = student.rest().get(&format!("{path}?to=2020-01-01")).await.answer();
    assert_eq!(none["entries"], json!([]));
    let refusal = student.rest().get(&format!("{path}?from=2026-02-01&to=2026-01-01")).await.refused();
    assert_eq!(refusal.violations[0].0, "to");
    let removed = student.rest();
    let removed = removed.send(removed.request(http::Method::DELETE, &format!("{path}?to=2020-01-01"))).await.answer();
    assert_eq!(removed, json!({"removed_count": 0, "kept_for_review_count": 0, "kept_recent_count": 0}));
}

async fn stays_where_the_college_says_so(kind: Kind) {
    let class = Class::open(kind, 1).await;
    set(&class.admin(), "location_deletion_allowed", json!(false)).await;
    class.student(0).check_ins().check_in(telling(&class, 0.0, "phone").await).await.answer();
    end(&class.world, &class.college).await;
    class.world.advance(2 * DAY_SECONDS).await;
    let all = DeleteMyLocationHistoryRequest::default();
    let refusal = class.student(0).location_history().delete_my_location_history(all).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "LOCATION_DELETION_NOT_ALLOWED"));
    assert_eq!(class.world.rows().await.number(WITH_POSITION).await, 1);
}

/// Whatever somebody may have removed themself: who has gone is not asked.
async fn goes_with_its_person(kind: Kind) {
    let class = Class::of(Plan::new(kind), College::new("riverside", 2)).await;
    set(&class.admin(), "location_deletion_allowed", json!(false)).await;
    let flagged = class.student(0).check_ins().check_in(vague(&class).await).await.answer();
    class.student(1).check_ins().check_in(telling(&class, 0.0, "phone").await).await.answer();
    let id = class.college.students[0].id.to_string();
    class.admin().users().delete_user(DeleteUserRequest { id }).await.answer();
    let rows = class.world.rows().await;
    until_within("it goes", SWEPT, async || (rows.number(WITH_POSITION).await == 1).then_some(())).await;
    let record = class.records().await.into_iter().find(|record| record.id == flagged.id).expect("the record");
    assert_eq!((record.distance_band(), record.flags), (DistanceBand::Inside, flagged.flags));
}
