//! The end of a session comes while students check in. Who was answered is never marked absent, and everyone else is.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use rollcall_proto::v1::{AttendanceRecord, CheckInRequest, EndSessionRequest, attendance_record::Status};
use rollcall_tests::{Answer as _, Class, Kind, in_every_world};
use tokio::sync::oneshot;
use tonic::Code;
use uuid::Uuid;

in_every_world!(nobody_is_lost);

const STUDENTS: usize = 60;

async fn nobody_is_lost(kind: Kind) {
    let class = Class::open(kind, STUDENTS).await;
    let request = class.request().await;
    let (first_answer, first_answered) = oneshot::channel();
    let mut first_answer = Some(first_answer);

    let teacher = class.teacher().on_own_line();
    let end = EndSessionRequest { id: class.session_id().to_string() };
    let end = tokio::spawn(async move {
        first_answered.await.expect("a first answer");
        teacher.sessions().end_session(end).await.answer()
    });

    // A few at a time, so that the end falls between them.
    let attempts = (0..STUDENTS).map(|number| {
        let student = class.student(number);
        let request = CheckInRequest { check_in_id: Uuid::now_v7().to_string(), ..request.clone() };
        async move { (student.user().id.to_string(), student.check_ins().check_in(request).await) }
    });
    let mut attempts = stream::iter(attempts).buffer_unordered(8);
    let mut acknowledged = BTreeMap::new();
    while let Some((student, result)) = attempts.next().await {
        if result.is_ok() {
            acknowledged.insert(student, result.answer());
            if let Some(first) = first_answer.take() {
                first.send(()).expect("a teacher");
            }
        } else {
            assert_eq!(result.refused().kind(), (Code::FailedPrecondition, "SESSION_NOT_ACTIVE"));
        }
    }
    end.await.expect("the end");

    let stored: Vec<AttendanceRecord> = class.records().await;
    assert_eq!(stored.len(), STUDENTS);
    for record in stored {
        match acknowledged.remove(&record.student_id) {
            Some(answer) => assert_eq!(record, answer),
            None => assert_eq!(record.status, Status::Absent as i32, "{record:?}"),
        }
    }
    assert!(acknowledged.is_empty(), "answered and not stored: {acknowledged:?}");
}
