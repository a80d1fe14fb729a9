//! What somebody has to look at before it counts.

use rollcall_proto::v1::{
    AppealReviewRequest, DecideReviewRequest, ErrorReason, GetReviewRequest, ListRecordChangesRequest,
    attendance_record::{Review, Status},
    decide_review_request::Decision,
    policy::Scope,
    record_change::Source,
};
use rollcall_tests::{Answer as _, Class, Kind, device::Clocks, in_every_world, on_both_stores};
use serde_json::json;

use super::{Held, end, record, record_of, refusal};

in_every_world!(what_comes_late_counts_once_it_is_confirmed);
on_both_stores!(a_rejection_can_be_appealed, a_challenge_cannot_be_answered_later);

const DAY: i64 = 86_400;

async fn decide(class: &Class, record_id: &str, decision: Decision) -> rollcall_proto::v1::AttendanceRecord {
    let request = DecideReviewRequest {
        record_id: record_id.to_owned(),
        decision: decision.into(),
        reason: "I remember.".to_owned(),
    };
    class.teacher().reviews().decide_review(request).await.answer().record.expect("a record")
}

async fn what_comes_late_counts_once_it_is_confirmed(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let (held, other) = (Held::of(&class, 0).await, Held::of(&class, 1).await);
    class.world.advance(1500).await;
    let (entry, older) = (held.sign(&class).await, other.sign(&class).await);
    end(&class).await;
    class.world.advance(DAY + 60).await;
    let waiting = record(held.hand_in_one(&entry).await);
    assert_eq!((waiting.status(), waiting.review(), waiting.late_by_seconds), (Status::Absent, Review::Open, 0));
    assert!(record(held.hand_in_one(&entry).await).replayed);
    let get = GetReviewRequest { record_id: waiting.id.clone() };
    let review = class.teacher().reviews().get_review(get.clone()).await.answer();
    assert_eq!((review.claimed_status(), review.decided_at, review.decided_by.as_str()), (Status::Late, None, ""));
    let confirmed = decide(&class, &waiting.id, Decision::Confirm).await;
    assert_eq!((confirmed.status(), confirmed.review()), (Status::Late, Review::Confirmed));
    assert!((1500..1700).contains(&confirmed.late_by_seconds), "{confirmed:?}");
    assert_eq!(record_of(&class, 0).await, confirmed);
    let request = ListRecordChangesRequest { record_id: waiting.id.clone(), ..Default::default() };
    let changes = held.actor.records().list_record_changes(request).await.answer().changes;
    let changes: Vec<_> = changes.iter().map(|change| (change.source(), change.to_status())).collect();
    assert_eq!(changes, [(Source::Review, Status::Late)]);
    let review = class.teacher().reviews().get_review(get).await.answer();
    assert_eq!((review.claimed_status(), review.decided_at.is_some()), (Status::Unspecified, true));
    // Later still nobody remembers.
    class.world.advance(7 * DAY).await;
    let refused = other.hand_in_one(&older).await;
    assert_eq!(refusal(&refused).0, ErrorReason::OfflineTooLate);
    assert!(refused.metadata["handed_in_after_seconds"].parse::<i64>().is_ok_and(|seconds| seconds > 8 * DAY));
    assert_eq!(record_of(&class, 1).await.status(), Status::Absent);
}

async fn a_rejection_can_be_appealed(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let held = Held::of(&class, 0).await;
    class.world.advance(60).await;
    let entry = held.sign(&class).await;
    end(&class).await;
    class.world.advance(2 * DAY).await;
    let waiting = record(held.hand_in_one(&entry).await);
    let rejected = decide(&class, &waiting.id, Decision::Reject).await;
    assert_eq!((rejected.status(), rejected.review()), (Status::Absent, Review::Rejected));
    let appeal = AppealReviewRequest { record_id: waiting.id.clone(), reason: "I was there.".to_owned() };
    held.actor.reviews().appeal_review(appeal).await.answer();
    let confirmed = decide(&class, &waiting.id, Decision::Confirm).await;
    assert_eq!((confirmed.status(), confirmed.review()), (Status::Present, Review::Confirmed));
}

async fn a_challenge_cannot_be_answered_later(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let policy = json!({
        "scope": Scope::Session.as_str_name(),
        "scope_id": class.session_id(),
        "rules": {"requirements": [{"factors": ["CODE"]}], "code_mode": "CHALLENGE"},
    });
    class.admin().rest().post("/api/v1/policies", &policy).await.answer();
    let held = Held::of(&class, 0).await;
    class.world.advance(60).await;
    // By the code's own time: it is shown for a second.
    let code = class.code().await;
    let shown_at = rollcall_tests::record::time(code.issued_at);
    let request = rollcall_tests::class::request(class.session_id(), &code.code, class.college.north(0.0));
    let entry = held.sign_by(request, Clocks::right(held.received_at, shown_at));
    let refused = held.hand_in_one(&entry).await;
    assert_eq!(refusal(&refused), (ErrorReason::OfflineTimeUncertain, "CHALLENGE"));
    end(&class).await;
    let waiting = record(held.hand_in_one(&entry).await);
    assert_eq!((waiting.status(), waiting.review()), (Status::Absent, Review::Open));
    assert_eq!(decide(&class, &waiting.id, Decision::Confirm).await.status(), Status::Present);
}
