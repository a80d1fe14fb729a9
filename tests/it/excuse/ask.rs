//! RequestExcuse: who may ask, when, and what it does to the record.

use rollcall_proto::v1::{
    CancelSessionRequest, GetExcuseRequest, ListRecordChangesRequest, RequestExcuseRequest,
    attendance_record::Status as RecordStatus, decide_excuse_request::Decision, excuse::Status, record_change::Source,
};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, in_every_world, on_both_stores, record::time, seed::State, world::Plan,
};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::{about, ask, decide, end, record_of, status_of};

in_every_world!(before_during_and_after);
on_both_stores!(by_the_record, nothing_is_excused_twice_or_for_nothing, says_what_is_wrong);

/// What is asked before the end counts at the end; what is asked after it, at once.
async fn before_during_and_after(kind: Kind) {
    let mut college = College::new("riverside", 5);
    let ahead = college.another_session(State::Scheduled);
    let class = Class::of(Plan::new(kind), college).await;
    let before = ask(&class.student(0), ahead.id).await;
    assert_eq!(before.status(), Status::Open);
    assert_eq!(class.records_of(ahead.id).await, [], "nothing changes before the end");

    let (approved, open) =
        (ask(&class.student(0), class.session_id()).await, ask(&class.student(1), class.session_id()).await);
    let refused = ask(&class.student(2), class.session_id()).await;
    decide(&class.teacher(), &approved.id, Decision::Approve).await.answer();
    decide(&class.admin(), &refused.id, Decision::Refuse).await.answer();
    // Who is excused and comes all the same was there.
    let came = ask(&class.student(3), class.session_id()).await;
    decide(&class.teacher(), &came.id, Decision::Approve).await.answer();
    let present = class.check_in(3).await;
    assert_eq!(class.records().await, std::slice::from_ref(&present));

    end(&class).await;
    assert_eq!(status_of(&class, 0).await, RecordStatus::Excused, "approved before the end");
    assert_eq!(status_of(&class, 1).await, RecordStatus::Pending, "open at the end");
    assert_eq!(status_of(&class, 2).await, RecordStatus::Absent, "refused");
    assert_eq!(record_of(&class, 3).await, Some(present), "a check-in that was answered stays");
    assert_eq!(status_of(&class, 4).await, RecordStatus::Absent);

    decide(&class.teacher(), &open.id, Decision::Approve).await.answer();
    assert_eq!(status_of(&class, 1).await, RecordStatus::Excused);

    let after = ask(&class.student(4), class.session_id()).await;
    let record = record_of(&class, 4).await.expect("a record");
    assert_eq!(record.status(), RecordStatus::Pending);
    assert!(record.changed_at.is_some());
    decide(&class.teacher(), &after.id, Decision::Refuse).await.answer();
    assert_eq!(status_of(&class, 4).await, RecordStatus::Absent);
    // Who was refused may ask again, with something better.
    let again = ask(&class.student(4), class.session_id()).await;
    assert_ne!(again.id, after.id);
    decide(&class.admin(), &again.id, Decision::Approve).await.answer();
    assert_eq!(status_of(&class, 4).await, RecordStatus::Excused);

    let request = ListRecordChangesRequest { record_id: record.id, ..Default::default() };
    let changes = class.student(4).records().list_record_changes(request).await.answer().changes;
    let told: Vec<_> = changes
        .iter()
        .map(|change| (change.from_status(), change.to_status(), change.source(), change.changed_by.clone()))
        .collect();
    let [student, teacher, admin] =
        [class.student(4), class.teacher(), class.admin()].map(|actor| actor.user().id.to_string());
    let (absent, pending) = (RecordStatus::Absent, RecordStatus::Pending);
    assert_eq!(
        told,
        [
            (pending, RecordStatus::Excused, Source::Excuse, admin),
            (absent, pending, Source::Excuse, student.clone()),
            (pending, absent, Source::Excuse, teacher),
            (absent, pending, Source::Excuse, student),
        ]
    );
}

async fn by_the_record(kind: Kind) {
    let class = Class::open(kind, 2).await;
    end(&class).await;
    let record = record_of(&class, 0).await.expect("a record");
    let student = class.student(0).rest();
    let path = format!("/api/v1/attendance/records/{}:excuse", record.id);
    let asked = student.post(&path, &json!({"reason": "Ill"})).await.answer();
    assert_eq!((&asked["status"], &asked["session_id"]), (&json!("OPEN"), &json!(class.session_id())));
    assert_eq!(asked.get("document"), None);
    // Another student's record is none.
    let theirs = class.student(1).rest().post(&path, &json!({"reason": "Ill"})).await.refused();
    assert_eq!(theirs.kind(), (Code::NotFound, "NOT_FOUND"));

    let verify = format!("/api/v1/attendance/records/{}:verify", record.id);
    let decision = json!({"decision": "APPROVE", "reason": "Seen the letter"});
    let other = class.other_teacher().rest().post(&verify, &decision).await.refused();
    assert_eq!(other.kind(), (Code::NotFound, "NOT_FOUND"));
    let decided = class.teacher().rest().post(&verify, &decision).await.answer();
    assert_eq!((&decided["id"], &decided["status"]), (&asked["id"], &json!("APPROVED")));
    assert_eq!(decided["decided_by"], json!(class.college.teacher.id));
    assert_eq!(status_of(&class, 0).await, RecordStatus::Excused);
    let none = format!("/api/v1/attendance/records/{}:verify", record_of(&class, 1).await.expect("a record").id);
    assert_eq!(class.teacher().rest().post(&none, &decision).await.refused().told("resource"), "excuse");
}

async fn nothing_is_excused_twice_or_for_nothing(kind: Kind) {
    let mut college = College::new("riverside", 2);
    let cancelled = college.another_session(State::Active);
    let class = Class::of(Plan::new(kind), college).await;
    let refused = async |student: usize, session: Uuid| {
        class.student(student).excuses().request_excuse(about(session)).await.refused()
    };
    let first = ask(&class.student(0), class.session_id()).await;
    assert_eq!(refused(0, class.session_id()).await.kind(), (Code::AlreadyExists, "ALREADY_EXISTS"));
    decide(&class.teacher(), &first.id, Decision::Approve).await.answer();
    assert_eq!(refused(0, class.session_id()).await.kind(), (Code::AlreadyExists, "ALREADY_EXISTS"));

    class.check_in(1).await;
    let present = refused(1, class.session_id()).await;
    assert_eq!(present.kind(), (Code::FailedPrecondition, "NOTHING_TO_EXCUSE"));
    assert_eq!(present.told("status"), "PRESENT");
    end(&class).await;
    assert_eq!(refused(0, class.session_id()).await.told("status"), "EXCUSED");

    let cancel = CancelSessionRequest { id: cancelled.id.to_string(), reason: "Rain".to_owned() };
    class.teacher().sessions().cancel_session(cancel).await.answer();
    assert_eq!(refused(0, cancelled.id).await.told("state"), "CANCELLED");

    let stranger = class.stranger().excuses().request_excuse(about(class.session_id())).await.refused();
    assert_eq!(stranger.kind(), (Code::NotFound, "NOT_ENROLLED"));
    assert_eq!(refused(0, Uuid::now_v7()).await.kind(), (Code::NotFound, "NOT_FOUND"));
}

async fn says_what_is_wrong(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let session = Some(class.session_id().to_string());
    let neither = RequestExcuseRequest { session_id: None, ..about(class.session_id()) };
    let both = RequestExcuseRequest { record_id: session.clone(), ..about(class.session_id()) };
    let silent = RequestExcuseRequest { reason: String::new(), ..about(class.session_id()) };
    let long = RequestExcuseRequest { reason: "x".repeat(2001), ..about(class.session_id()) };
    let empty = RequestExcuseRequest { document: Some(Vec::new()), ..about(class.session_id()) };
    let cases =
        [(neither, "session_id"), (both, "session_id"), (silent, "reason"), (long, "reason"), (empty, "document")];
    for (request, field) in cases {
        let refusal = class.student(0).excuses().request_excuse(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{refusal:?}");
        assert_eq!(refusal.violations[0].0, field, "{refusal:?}");
    }
    let excuse = ask(&class.student(0), class.session_id()).await;
    assert_eq!(excuse.reason, "At the dentist");
    assert_eq!(excuse.student_id, class.college.students[0].id.to_string());
    assert!(excuse.decided_at.is_none() && excuse.decided_by.is_empty() && excuse.document.is_none());
    // Two weeks from the end of the session, which is later than the asking.
    let end = class.college.session.planned_end;
    assert_eq!(time(excuse.decide_by), end + chrono::TimeDelta::days(14));
    let read = class.teacher().excuses().get_excuse(GetExcuseRequest { id: excuse.id.clone() }).await.answer();
    assert_eq!(read, excuse);
}
