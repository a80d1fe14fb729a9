//! What a decision does, and who may make it.

use futures_util::future::join_all;
use rollcall_proto::v1::{
    DecideReviewRequest, ListMyRecordsRequest, ListRecordChangesRequest,
    attendance_record::{Review as State, Status},
    decide_review_request::Decision,
    notification::Kind as About,
    record_change::Source,
};
use rollcall_tests::{Answer as _, Class, Kind, in_every_world, until};
use tonic::Code;

use super::{decide, decision, doubtful};

in_every_world!(a_rejection_makes_absent_and_keeps_the_history, one_of_many_decides, refuses_what_cannot_be_decided);

async fn a_rejection_makes_absent_and_keeps_the_history(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let (first, second) = (doubtful(&class, 0).await, doubtful(&class, 1).await);
    let confirmed = decide(&class.teacher(), &first, Decision::Confirm).await.record.expect("a record");
    assert_eq!((confirmed.status(), confirmed.review()), (Status::Present, State::Confirmed));
    let review = decide(&class.teacher(), &second, Decision::Reject).await;
    let rejected = review.record.expect("a record");
    assert_eq!((rejected.status(), rejected.review()), (Status::Absent, State::Rejected));
    assert_eq!(review.decided_by, class.college.teacher.id.to_string());
    // The student reads the same of her own, and what was before.
    let own = class.student(1).records().list_my_records(ListMyRecordsRequest::default()).await.answer().records;
    assert_eq!((own[0].status(), own[0].review()), (Status::Absent, State::Rejected));
    let changes = ListRecordChangesRequest { record_id: second.id.clone(), ..Default::default() };
    let changes = class.student(1).records().list_record_changes(changes).await.answer().changes;
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].from_status(), changes[0].to_status()), (Status::Present, Status::Absent));
    assert_eq!((changes[0].source(), changes[0].reason.as_str()), (Source::Review, "The chair was empty."));
    // Both are told.
    for student in [0, 1] {
        let actor = class.student(student);
        until("the student is told", async || {
            let told = actor
                .notifications()
                .list_my_notifications(rollcall_proto::v1::ListMyNotificationsRequest::default())
                .await
                .answer()
                .notifications;
            told.iter().any(|notification| notification.kind() == About::ReviewDecided).then_some(())
        })
        .await;
    }
}

async fn one_of_many_decides(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let record = doubtful(&class, 0).await;
    let racers = (0..32).map(|number| {
        let staff = if number % 2 == 0 { class.teacher() } else { class.admin() };
        let what = if number % 3 == 0 { Decision::Confirm } else { Decision::Reject };
        let request = decision(&record, what);
        async move { staff.reviews().decide_review(request).await }
    });
    let results = join_all(racers).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for result in results {
        if result.is_err() {
            assert_eq!(result.refused().kind(), (Code::FailedPrecondition, "ALREADY_DECIDED"));
        }
    }
}

async fn refuses_what_cannot_be_decided(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let sure = class.check_in(0).await;
    let record = doubtful(&class, 1).await;
    let of_teacher = |request| {
        let teacher = class.teacher();
        async move { teacher.reviews().decide_review(request).await.refused() }
    };
    let refusal = of_teacher(decision(&sure, Decision::Confirm)).await;
    assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"));
    let cases = [
        (DecideReviewRequest { reason: String::new(), ..decision(&record, Decision::Reject) }, "reason"),
        (decision(&record, Decision::Unspecified), "decision"),
        (DecideReviewRequest { decision: 9, ..decision(&record, Decision::Reject) }, "decision"),
    ];
    for (request, field) in cases {
        let refusal = of_teacher(request).await;
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
        assert_eq!(refusal.violations[0].0, field);
    }
    decide(&class.teacher(), &record, Decision::Reject).await;
    let refusal = of_teacher(decision(&record, Decision::Confirm)).await;
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "ALREADY_DECIDED"));
    assert_eq!(refusal.told("status"), "REJECTED");
}
