//! A second look, once.

use rollcall_proto::v1::{
    attendance_record::{Review as State, Status},
    decide_review_request::Decision,
};
use rollcall_tests::{Answer as _, Class, Kind, in_every_world};
use tonic::Code;

use super::{appeal, decide, decision, doubtful, queue};

in_every_world!(is_looked_at_again, gives_back_how_late_it_was, is_made_once);

async fn is_looked_at_again(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let record = doubtful(&class, 0).await;
    decide(&class.teacher(), &record, Decision::Reject).await;
    let appealed = class.student(0).reviews().appeal_review(appeal(&record)).await.answer();
    assert_eq!(appealed.record.map(|record| record.review()), Some(State::Appealed));
    let waiting = queue(&class.teacher()).await;
    assert_eq!(waiting[0].appeal, "I answered a question.");
    let confirmed = decide(&class.admin(), &record, Decision::Confirm).await.record.expect("a record");
    // It is again what it was.
    assert_eq!((confirmed.status(), confirmed.review()), (Status::Present, State::Confirmed));
}

async fn gives_back_how_late_it_was(kind: Kind) {
    let class = Class::open(kind, 1).await;
    class.world.advance(1500).await;
    let record = doubtful(&class, 0).await;
    assert_eq!(record.status(), Status::Late);
    decide(&class.teacher(), &record, Decision::Reject).await;
    class.student(0).reviews().appeal_review(appeal(&record)).await.answer();
    let confirmed = decide(&class.admin(), &record, Decision::Confirm).await.record.expect("a record");
    assert_eq!((confirmed.status(), confirmed.late_by_seconds), (Status::Late, record.late_by_seconds));
}

async fn is_made_once(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let (record, other) = (doubtful(&class, 0).await, doubtful(&class, 1).await);
    let refused = |student: usize, request| {
        let actor = class.student(student);
        async move { actor.reviews().appeal_review(request).await.refused() }
    };
    // Nobody has rejected it.
    assert_eq!(refused(0, appeal(&record)).await.kind(), (Code::FailedPrecondition, "NOTHING_TO_APPEAL"));
    decide(&class.teacher(), &record, Decision::Reject).await;
    // Nobody appeals for somebody else.
    assert_eq!(refused(1, appeal(&record)).await.kind(), (Code::NotFound, "NOT_FOUND"));
    assert_eq!(refused(0, appeal(&other)).await.kind(), (Code::NotFound, "NOT_FOUND"));
    class.student(0).reviews().appeal_review(appeal(&record)).await.answer();
    assert_eq!(refused(0, appeal(&record)).await.kind(), (Code::FailedPrecondition, "NOTHING_TO_APPEAL"));
    decide(&class.admin(), &record, Decision::Reject).await;
    assert_eq!(refused(0, appeal(&record)).await.kind(), (Code::FailedPrecondition, "NOTHING_TO_APPEAL"));
    let last = class.teacher().reviews().decide_review(decision(&record, Decision::Confirm)).await.refused();
    assert_eq!(last.kind(), (Code::FailedPrecondition, "ALREADY_DECIDED"));
}
