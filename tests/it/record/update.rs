//! UpdateRecord and ListRecordChanges: what is corrected, by whom, until when, and what is told of it.

use futures_util::future::join_all;
use http::Method;
use rollcall_proto::v1::{
    AttendanceRecord, CancelSessionRequest, EndSessionRequest, ListRecordChangesRequest, RecordChange,
    UpdateRecordRequest, attendance_event::Change, attendance_record::Status, record_change::Source,
};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal,
    actor::Actor,
    college::College,
    in_every_world,
    live::Watch,
    on_both_stores,
    record::time,
    seed::{Role, SeedUser},
    world::Plan,
};
use serde_json::json;
use tonic::{Code, Response, Status as GrpcStatus};
use uuid::Uuid;

in_every_world!(a_correction_keeps_its_history, of_many_corrections_each_is_told);
on_both_stores!(
    only_whom_it_concerns_corrects,
    records_are_locked_in_time,
    those_of_cancelled_sessions_stay,
    nobody_corrects_their_own,
    says_what_is_wrong
);

const DAY: i64 = 86_400;

/// The next record that is told of, whatever else is.
async fn told(watch: &mut Watch) -> AttendanceRecord {
    loop {
        if let Change::Record(record) = watch.change().await {
            return record;
        }
    }
}

async fn update(
    staff: &Actor,
    id: &str,
    status: Status,
    reason: &str,
) -> Result<Response<AttendanceRecord>, GrpcStatus> {
    let request = UpdateRecordRequest { id: id.to_owned(), status: status.into(), reason: reason.to_owned() };
    staff.records().update_record(request).await
}

async fn changes(actor: &Actor, id: &str, page_size: i32) -> Vec<RecordChange> {
    let mut request = ListRecordChangesRequest { record_id: id.to_owned(), page_size, page_token: String::new() };
    let mut listed = Vec::new();
    loop {
        let page = actor.records().list_record_changes(request.clone()).await.answer();
        listed.extend(page.changes);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return listed;
        }
    }
}

async fn a_correction_keeps_its_history(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let record = class.check_in(0).await;
    assert_eq!(changes(&class.student(0), &record.id, 0).await, []);
    let mut watch = class.watch().await;
    assert_eq!(told(&mut watch).await, record);

    class.world.advance(2).await;
    let late = update(&class.teacher(), &record.id, Status::Late, "Came after the bell").await.answer();
    assert_eq!(late.status(), Status::Late);
    assert!(time(late.changed_at) > time(record.marked_at));
    // Nothing else has changed.
    let expected = AttendanceRecord { status: Status::Late.into(), changed_at: late.changed_at, ..record.clone() };
    assert_eq!(late, expected);
    assert_eq!(told(&mut watch).await, late);

    // The same again is no change.
    assert_eq!(update(&class.admin(), &record.id, Status::Late, "Again").await.answer(), late);
    class.world.advance(1).await;
    let absent = update(&class.admin(), &record.id, Status::Absent, "Left at once").await.answer();
    assert_eq!((absent.status(), absent.late_by_seconds), (Status::Absent, 0));

    let [teacher, admin] = [class.teacher(), class.admin()].map(|actor| actor.user().id.to_string());
    for page_size in [0, 1] {
        for reader in [class.student(0), class.teacher(), class.admin()] {
            let listed = changes(&reader, &record.id, page_size).await;
            let words: Vec<_> = listed
                .iter()
                .map(|change| {
                    assert_eq!((change.record_id.as_str(), change.source()), (record.id.as_str(), Source::Correction));
                    (change.from_status(), change.to_status(), change.reason.as_str(), change.changed_by.as_str())
                })
                .collect();
            let expected = [
                (Status::Late, Status::Absent, "Left at once", admin.as_str()),
                (Status::Present, Status::Late, "Came after the bell", teacher.as_str()),
            ];
            assert_eq!(words, expected);
            assert_eq!(listed[0].changed_at, absent.changed_at);
        }
    }
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'record.corrected'").await, 2);
    let end = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(end).await.answer();
    assert!(class.records().await.contains(&absent), "the end leaves it");
}

/// However many correct at once: each change begins where the one before has ended.
async fn of_many_corrections_each_is_told(kind: Kind) {
    let replicas = if kind.store == rollcall_tests::kind::Store::Postgres { 2 } else { 1 };
    let class = Class::of(Plan::new(kind).replicas(replicas), College::new("riverside", 1)).await;
    let record = class.check_in(0).await;
    let statuses = [Status::Present, Status::Late, Status::Absent, Status::Excused];
    let tries = (0..32).map(|number| {
        let (staff, id) = (class.admin().at(number % replicas).on_own_line(), record.id.clone());
        async move { update(&staff, &id, statuses[number % 4], &format!("try {number}")).await.answer() }
    });
    join_all(tries).await;
    let mut listed = changes(&class.teacher(), &record.id, 0).await;
    listed.reverse();
    let mut status = Status::Present;
    for change in &listed {
        assert_eq!(change.from_status(), status, "{listed:?}");
        assert_ne!(change.from_status(), change.to_status());
        status = change.to_status();
    }
    assert_eq!(class.records().await[0].status(), status);
}

async fn only_whom_it_concerns_corrects(kind: Kind) {
    let (college, foreign) = (College::new("riverside", 2), College::new("hillside", 1));
    let class = Class { world: Plan::new(kind).start(&[&college, &foreign]).await, college };
    let record = class.check_in(0).await;
    let foreign_admin = class.world.actor(&foreign.admin);
    let absent = Uuid::now_v7().to_string();
    for staff in [class.other_teacher(), foreign_admin.clone()] {
        let here = update(&staff, &record.id, Status::Absent, "Mistake").await.refused();
        assert_eq!(here.kind(), (Code::NotFound, "NOT_FOUND"));
        assert_eq!(here, update(&staff, &absent, Status::Absent, "Mistake").await.refused());
    }
    let student = update(&class.student(0), &record.id, Status::Present, "I was there").await.refused();
    assert_eq!(student.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));
    for reader in [class.student(1), class.other_teacher(), foreign_admin] {
        let request = ListRecordChangesRequest { record_id: record.id.clone(), ..Default::default() };
        let refusal = reader.records().list_record_changes(request).await.refused();
        assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"));
    }
    assert_eq!(class.records().await, [record]);
}

async fn records_are_locked_in_time(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let record = class.check_in(0).await;
    let configure = async |days: i32| {
        let rest = class.admin().rest();
        let body = json!({"record_lock_days": days});
        let changed = rest.send(rest.request(Method::PATCH, "/api/v1/college").json(&body)).await.answer();
        assert_eq!(changed["record_lock_days"], days);
    };
    class.world.advance(29 * DAY).await;
    update(&class.teacher(), &record.id, Status::Late, "Found in the notes").await.answer();
    // One day more than the session's, which ends tomorrow if this runs late in the evening of the college.
    class.world.advance(3 * DAY).await;
    for staff in [class.teacher(), class.admin()] {
        let refusal = update(&staff, &record.id, Status::Present, "Found more notes").await.refused();
        assert_eq!(refusal.kind(), (Code::FailedPrecondition, "RECORD_LOCKED"));
        let since: chrono::DateTime<chrono::Utc> = refusal.told("locked_since").parse().expect("a time");
        let now = class.world.clock().now();
        assert!(since <= now && since > now - chrono::TimeDelta::days(2), "{since}");
    }
    configure(40).await;
    update(&class.teacher(), &record.id, Status::Present, "Found more notes").await.answer();
    configure(0).await;
    let refusal = update(&class.admin(), &record.id, Status::Absent, "Too late").await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "RECORD_LOCKED"));
}

async fn those_of_cancelled_sessions_stay(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let record = class.check_in(0).await;
    let cancel = CancelSessionRequest { id: class.session_id().to_string(), ..Default::default() };
    class.teacher().sessions().cancel_session(cancel).await.answer();
    for staff in [class.teacher(), class.admin()] {
        // What it says already, too.
        for status in [Status::Absent, Status::Present] {
            let refusal = update(&staff, &record.id, status, "Mistake").await.refused();
            assert_eq!(refusal.kind(), (Code::FailedPrecondition, "SESSION_NOT_ACTIVE"));
            assert_eq!(refusal.told("state"), "CANCELLED");
        }
    }
    assert_eq!(changes(&class.student(0), &record.id, 0).await, []);
    assert_eq!(class.records().await, [record]);
    // Whose it is not is told nothing of that.
    let other = update(&class.other_teacher(), &class.records().await[0].id, Status::Absent, "Mistake").await.refused();
    assert_eq!(other.kind(), (Code::NotFound, "NOT_FOUND"));
}

/// Whoever was a student then and is staff now corrects nothing of their own.
async fn nobody_corrects_their_own(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let record = class.check_in(0).await;
    let rest = class.admin().rest();
    let path = format!("/api/v1/users/{}", class.college.students[0].id);
    rest.send(rest.request(Method::PATCH, &path).json(&json!({"role": "ADMIN"}))).await.answer();
    class.world.advance(2).await;
    let promoted = class.world.actor(&SeedUser { role: Role::Admin, ..class.college.students[0].clone() });
    let refusal = update(&promoted, &record.id, Status::Late, "I was late").await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "OWN_RECORD"));
}

async fn says_what_is_wrong(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let record = class.check_in(0).await;
    let good =
        UpdateRecordRequest { id: record.id.clone(), status: Status::Absent.into(), reason: "Mistake".to_owned() };
    let cases = [
        (UpdateRecordRequest { id: "7".to_owned(), ..good.clone() }, "id"),
        (UpdateRecordRequest { status: 0, ..good.clone() }, "status"),
        (UpdateRecordRequest { status: Status::Pending.into(), ..good.clone() }, "status"),
        (UpdateRecordRequest { status: 17, ..good.clone() }, "status"),
        (UpdateRecordRequest { reason: String::new(), ..good.clone() }, "reason"),
        (UpdateRecordRequest { reason: " \u{3000}\u{200b}".to_owned(), ..good.clone() }, "reason"),
        (UpdateRecordRequest { reason: "x".repeat(501), ..good.clone() }, "reason"),
    ];
    for (request, field) in cases {
        let refusal: Refusal = class.teacher().records().update_record(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{refusal:?}");
        assert_eq!(refusal.violations[0].0, field, "{refusal:?}");
    }
    assert_eq!(class.records().await, [record]);
    class.teacher().records().update_record(good).await.answer();
}
