//! Until when it can be asked and decided.

use http::Method;
use rollcall_proto::v1::{
    GetExcuseRequest, attendance_record::Status as RecordStatus, decide_excuse_request::Decision, excuse::Status,
};
use rollcall_tests::{Answer as _, Class, Kind, in_every_world, on_both_stores, until::until};
use serde_json::json;
use tonic::Code;

use super::{about, ask, decide, end, record_of, status_of};

in_every_world!(what_nobody_decides_expires);
on_both_stores!(who_asks_too_late_is_told, locked_records_are_not_excused);

const DAY: i64 = 86_400;

async fn configure(class: &Class, settings: serde_json::Value) {
    let rest = class.admin().rest();
    rest.send(rest.request(Method::PATCH, "/api/v1/college").json(&settings)).await.answer();
}

async fn what_nobody_decides_expires(kind: Kind) {
    let class = Class::open(kind, 2).await;
    end(&class).await;
    let excuse = ask(&class.student(0), class.session_id()).await;
    let record = record_of(&class, 0).await.expect("a record");
    assert_eq!(record.status(), RecordStatus::Pending);
    class.world.advance(15 * DAY).await;
    // Whether the job has looked already or not, it is too late.
    let refusal = decide(&class.teacher(), &excuse.id, Decision::Approve).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "DEADLINE_PASSED"));
    assert!(!refusal.told("deadline").is_empty());
    let get = GetExcuseRequest { id: excuse.id.clone() };
    let expired = until("the excuse has expired", async || {
        let read = class.student(0).excuses().get_excuse(get.clone()).await.answer();
        (read.status() == Status::Expired).then_some(read)
    })
    .await;
    assert!(expired.decided_at.is_some() && expired.decided_by.is_empty());
    assert_eq!(status_of(&class, 0).await, RecordStatus::Absent);
    let refusal = decide(&class.teacher(), &excuse.id, Decision::Approve).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "DEADLINE_PASSED"));
    let path = format!("/api/v1/attendance/records/{}/changes", record.id);
    let changes = class.student(0).rest().get(&path).await.answer();
    assert_eq!(changes["changes"][0]["changed_by"], json!(""), "the server did it: {changes}");
    // Staff can still correct it.
    let rest = class.teacher().rest();
    let path = format!("/api/v1/attendance/records/{}", record.id);
    let body = json!({"status": "EXCUSED", "reason": "The letter came late"});
    let corrected = rest.send(rest.request(Method::PATCH, &path).json(&body)).await.answer();
    assert_eq!(corrected["status"], "EXCUSED");
}

async fn who_asks_too_late_is_told(kind: Kind) {
    let class = Class::open(kind, 1).await;
    configure(&class, json!({"excuse_request_days": 3})).await;
    end(&class).await;
    // An hour less than three days after the planned end.
    class.world.advance(3 * DAY - 3600).await;
    let asked = ask(&class.student(0), class.session_id()).await;
    decide(&class.teacher(), &asked.id, Decision::Refuse).await.answer();
    class.world.advance(2 * 3600).await;
    let refusal = class.student(0).excuses().request_excuse(about(class.session_id())).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "DEADLINE_PASSED"));
    assert!(refusal.message.contains("Staff can correct"), "{refusal:?}");
}

async fn locked_records_are_not_excused(kind: Kind) {
    let class = Class::open(kind, 2).await;
    end(&class).await;
    let open = ask(&class.student(0), class.session_id()).await;
    configure(&class, json!({"record_lock_days": 0})).await;
    class.world.advance(2 * DAY).await;
    let refusal = decide(&class.teacher(), &open.id, Decision::Approve).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "RECORD_LOCKED"));
    let refusal = class.student(1).excuses().request_excuse(about(class.session_id())).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "RECORD_LOCKED"));
    assert!(!refusal.told("locked_since").is_empty());
    // The time that is left then ends with the lock.
    configure(&class, json!({"record_lock_days": 5})).await;
    let short = ask(&class.student(1), class.session_id()).await;
    let left = rollcall_tests::record::time(short.decide_by) - class.world.clock().now();
    assert!(left.num_days() <= 4, "{left}");
}
