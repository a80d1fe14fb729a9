//! MarkRecords: a roll call by hand, all of it or nothing.

use futures_util::future::join_all;
use rollcall_proto::v1::{
    EndSessionRequest, ListRecordChangesRequest, Mark, MarkRecordsRequest, MarkRecordsResponse,
    attendance_event::Change, attendance_record::Status, record_change::Source,
};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, in_every_world, on_both_stores, seed::State, world::Plan,
};
use tonic::{Code, Response, Status as GrpcStatus};
use uuid::Uuid;

in_every_world!(a_roll_is_called, nobody_is_marked_twice);
on_both_stores!(all_or_nothing, only_sessions_that_have_begun, a_thousand_at_once);

fn mark(student: Uuid, status: Status) -> Mark {
    Mark { student_id: student.to_string(), status: status.into() }
}

async fn send(
    staff: &Actor,
    session: Uuid,
    marks: Vec<Mark>,
    reason: &str,
) -> Result<Response<MarkRecordsResponse>, GrpcStatus> {
    let request = MarkRecordsRequest { session_id: session.to_string(), marks, reason: reason.to_owned() };
    staff.records().mark_records(request).await
}

async fn a_roll_is_called(kind: Kind) {
    let class = Class::open(kind, 4).await;
    let students: Vec<_> = class.college.students.iter().map(|student| student.id).collect();
    let came = class.check_in(0).await;
    let mut watch = class.watch().await;
    let roll =
        vec![mark(students[0], Status::Present), mark(students[1], Status::Present), mark(students[2], Status::Absent)];
    let marked = send(&class.teacher(), class.session_id(), roll.clone(), "").await.answer();
    assert_eq!((marked.created, marked.updated, marked.unchanged), (2, 0, 1));
    let told: Vec<_> = marked.records.iter().map(|record| (record.student_id.clone(), record.status())).collect();
    assert_eq!(told, [(students[1].to_string(), Status::Present), (students[2].to_string(), Status::Absent)]);
    let last = marked.records[1].clone();
    let mut seen = Vec::new();
    while seen.last() != Some(&last) {
        seen.extend(match watch.change().await {
            Change::Record(record) => Some(record),
            Change::Session(_) => None,
        });
    }
    assert_eq!(seen, [vec![came.clone()], marked.records.clone()].concat());
    // The same roll again says what is so already.
    let again = send(&class.teacher(), class.session_id(), roll, "").await.answer();
    assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 3));
    assert_eq!(again.records, []);

    // Who was marked cannot check in beside it.
    let request = class.request().await;
    let refusal = class.student(1).check_ins().check_in(request).await.refused();
    assert_eq!((refusal.kind(), refusal.told("status")), ((Code::AlreadyExists, "ALREADY_CHECKED_IN"), "PRESENT"));

    // What is stored is changed for a reason only, and the check-in stays what it was otherwise.
    let changed = vec![mark(students[0], Status::Late), mark(students[2], Status::Excused)];
    let refusal = send(&class.teacher(), class.session_id(), changed.clone(), "").await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
    let fields: Vec<_> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["marks[0].student_id", "marks[1].student_id"]);
    let end = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(end).await.answer();
    let marked = send(&class.admin(), class.session_id(), changed, "After the roll").await.answer();
    assert_eq!((marked.created, marked.updated, marked.unchanged), (0, 2, 0));
    let after = class.records().await.into_iter().find(|record| record.id == came.id).expect("the record");
    assert_eq!((after.status(), &after.evidence, after.marked_at), (Status::Late, &came.evidence, came.marked_at));

    let request = ListRecordChangesRequest { record_id: last.id, ..Default::default() };
    let changes = class.student(2).records().list_record_changes(request).await.answer().changes;
    let told: Vec<_> = changes
        .iter()
        .map(|change| (change.from_status(), change.to_status(), change.reason.as_str(), change.source()))
        .collect();
    assert_eq!(
        told,
        [
            (Status::Absent, Status::Excused, "After the roll", Source::Mark),
            (Status::Unspecified, Status::Absent, "", Source::Mark),
        ]
    );
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'session.marked'").await, 2);
}

/// While the roll is called, students check in. Each has one record, and nobody who was answered lost theirs.
async fn nobody_is_marked_twice(kind: Kind) {
    const STUDENTS: usize = 40;
    let class = Class::open(kind, STUDENTS).await;
    let request = class.request().await;
    let ids: Vec<_> = class.college.students.iter().map(|student| student.id).collect();
    let coming = join_all((0..STUDENTS).map(|number| {
        let student = class.student(number);
        let request = rollcall_proto::v1::CheckInRequest { check_in_id: Uuid::now_v7().to_string(), ..request.clone() };
        async move { student.check_ins().check_in(request).await.ok().map(Response::into_inner) }
    }));
    let marking = async {
        let mut tries = Vec::new();
        for part in ids.chunks(5) {
            let marks = part.iter().map(|id| mark(*id, Status::Absent)).collect();
            tries.push(send(&class.teacher(), class.session_id(), marks, "").await);
        }
        tries
    };
    let (came, marked) = tokio::join!(coming, marking);
    for refusal in marked.into_iter().filter_map(Result::err) {
        assert!(rollcall_tests::Refusal::from(&refusal).violations[0].1.contains("reason"), "{refusal:?}");
    }
    let end = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(end).await.answer();
    let records = class.records().await;
    assert_eq!(records.len(), STUDENTS);
    for answered in came.into_iter().flatten() {
        assert!(records.contains(&answered), "{answered:?}");
    }
}

async fn all_or_nothing(kind: Kind) {
    let (college, foreign) = (College::new("riverside", 2), College::new("hillside", 1));
    let class = Class { world: Plan::new(kind).start(&[&college, &foreign]).await, college };
    let students: Vec<_> = class.college.students.iter().map(|student| student.id).collect();
    let session = class.session_id();
    let good = mark(students[0], Status::Present);
    let cases = [
        (vec![good.clone(), mark(class.college.stranger.id, Status::Present)], "marks[1].student_id"),
        (vec![good.clone(), mark(foreign.students[0].id, Status::Present)], "marks[1].student_id"),
        (vec![good.clone(), mark(Uuid::now_v7(), Status::Present)], "marks[1].student_id"),
        (vec![good.clone(), mark(class.college.other_teacher.id, Status::Present)], "marks[1].student_id"),
        (vec![good.clone(), good.clone()], "marks[1].student_id"),
        (vec![good.clone(), mark(students[1], Status::Pending)], "marks[1].status"),
        (vec![good.clone(), mark(students[1], Status::Unspecified)], "marks[1].status"),
        (vec![Mark { student_id: "7".to_owned(), ..good.clone() }], "marks[0].student_id"),
        (Vec::new(), "marks"),
    ];
    for (marks, field) in cases {
        let refusal = send(&class.teacher(), session, marks, "Roll").await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{refusal:?}");
        assert_eq!(refusal.violations[0].0, field, "{refusal:?}");
    }
    let own = vec![good.clone(), mark(class.college.teacher.id, Status::Present)];
    let own = send(&class.teacher(), session, own, "Roll").await.refused();
    assert_eq!(own.kind(), (Code::PermissionDenied, "OWN_RECORD"));
    let other = send(&class.other_teacher(), session, vec![good.clone()], "Roll").await.refused();
    assert_eq!(other.kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
    let elsewhere = send(&class.world.actor(&foreign.admin), session, vec![good.clone()], "Roll").await.refused();
    assert_eq!(elsewhere.kind(), (Code::NotFound, "NOT_FOUND"));
    assert_eq!(class.records().await, []);
    send(&class.teacher(), session, vec![good], "").await.answer();
}

async fn only_sessions_that_have_begun(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let ahead = college.another_session(State::Scheduled);
    let cancelled = college.another_session(State::Cancelled);
    let class = Class::of(Plan::new(kind), college).await;
    let marks = vec![mark(class.college.students[0].id, Status::Present)];
    for (session, state) in [(ahead.id, "SCHEDULED"), (cancelled.id, "CANCELLED")] {
        let refusal = send(&class.teacher(), session, marks.clone(), "Roll").await.refused();
        assert_eq!(refusal.kind(), (Code::FailedPrecondition, "SESSION_NOT_ACTIVE"));
        assert_eq!(refusal.told("state"), state);
    }
    class.world.advance(32 * 86_400).await;
    let refusal = send(&class.admin(), class.session_id(), marks, "Roll").await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "RECORD_LOCKED"));
}

async fn a_thousand_at_once(kind: Kind) {
    let class = Class::open(kind, 1000).await;
    let marks: Vec<_> = class.college.students.iter().map(|student| mark(student.id, Status::Present)).collect();
    let marked = send(&class.teacher(), class.session_id(), marks.clone(), "").await.answer();
    assert_eq!((marked.created, marked.records.len()), (1000, 1000));
    let late = marks.iter().map(|mark| Mark { status: Status::Late.into(), ..mark.clone() }).collect();
    let marked = send(&class.teacher(), class.session_id(), late, "All of them").await.answer();
    assert_eq!(marked.updated, 1000);
    let more = [marks.as_slice(), &marks[..1]].concat();
    let refusal = send(&class.teacher(), class.session_id(), more, "").await.refused();
    assert_eq!((refusal.kind(), refusal.violations[0].0.as_str()), ((Code::InvalidArgument, "INVALID_FIELD"), "marks"));
}
