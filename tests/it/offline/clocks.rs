//! When an entry was made, by clocks that go wrong.

use chrono::TimeDelta;
use rollcall_proto::v1::{
    AccessPointSighting, CheckInRequest, ErrorReason, ListReviewsRequest, OfflineCheckIn,
    attendance_record::{Review, Status},
};
use rollcall_tests::{Answer as _, Class, Kind, device::Clocks, on_both_stores};
use uuid::Uuid;

use super::{Held, end, record, refusal};

on_both_stores!(
    a_clock_that_is_wrong_by_a_constant_makes_no_difference,
    what_contradicts_the_server_waits,
    nobody_is_made_absent_while_the_session_runs,
    what_was_signed_cannot_be_changed,
);

async fn a_clock_that_is_wrong_by_a_constant_makes_no_difference(kind: Kind) {
    let class = Class::open(kind, 3).await;
    for (student, minutes) in [(0, 15), (1, -15), (2, 600_000)] {
        let held = Held::of(&class, student).await;
        class.world.advance(60).await;
        let right = Clocks::right(held.received_at, class.world.clock().now());
        let wrong = TimeDelta::minutes(minutes);
        let clocks =
            Clocks { nonce_received_at: right.nonce_received_at + wrong, signed_at: right.signed_at + wrong, ..right };
        let entry = held.sign_by(class.request().await, clocks);
        class.world.advance(60).await;
        assert_eq!(record(held.hand_in_one(&entry).await).status(), Status::Present, "{minutes}");
    }
}

/// What the device says, beside what is right, and why that is not believed.
fn lies(held: &Held, right: Clocks) -> Vec<(&'static str, Clocks)> {
    let by = |seconds: i64| Clocks {
        signed_at: right.signed_at + TimeDelta::seconds(seconds),
        elapsed_ms: right.elapsed_ms + seconds * 1000,
        ..right
    };
    let set = Clocks { signed_at: right.signed_at + TimeDelta::minutes(15), ..right };
    assert_eq!(right.nonce_received_at, held.received_at);
    vec![("TIME_AHEAD", by(86_400)), ("BEFORE_CODE", by(-60)), ("AFTER_CODE", by(60)), ("CLOCKS_DISAGREE", set)]
}

async fn what_contradicts_the_server_waits(kind: Kind) {
    let class = Class::open(kind, 5).await;
    let mut signed = Vec::new();
    for (student, place) in (0..4).zip(0..) {
        let held = Held::of(&class, student).await;
        class.world.advance(90).await;
        let right = Clocks::right(held.received_at, class.world.clock().now());
        let (cause, clocks) = lies(&held, right).remove(place);
        let entry = held.sign_by(class.request().await, clocks);
        signed.push((cause, held, entry));
    }
    // One that says only how long it took.
    let held = Held::of(&class, 4).await;
    class.world.advance(60).await;
    let entry = held.sign_as(&class, CheckInRequest { qr_code: String::new(), ..class.request().await });
    end(&class).await;
    class.world.advance(3600).await;
    for (cause, held, entry) in &signed {
        let waiting = record(held.hand_in_one(entry).await);
        assert_eq!((waiting.status(), waiting.review()), (Status::Absent, Review::Open), "{cause}");
        assert_eq!(waiting.late_by_seconds, 0, "{cause}");
        assert!(record(held.hand_in_one(entry).await).replayed, "{cause}");
    }
    // Without a code the policy is not met at all.
    let refused = held.hand_in_one(&entry).await;
    assert_eq!(refusal(&refused).0, ErrorReason::MoreEvidenceNeeded);
    let reviews = class.teacher().reviews().list_reviews(ListReviewsRequest::default()).await.answer().reviews;
    assert_eq!(reviews.len(), 4);
    for review in reviews {
        // The code tells when it was, as far as anything does.
        assert_eq!(review.claimed_status(), Status::Present, "{review:?}");
    }
}

async fn nobody_is_made_absent_while_the_session_runs(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let held = Held::of(&class, 0).await;
    class.world.advance(120).await;
    let right = Clocks::right(held.received_at, class.world.clock().now());
    let seen = class.request().await;
    let new = || CheckInRequest { check_in_id: Uuid::now_v7().to_string(), ..seen.clone() };
    let lies = lies(&held, right).into_iter().map(|(cause, clocks)| (cause, held.sign_by(new(), clocks)));
    let lies: Vec<_> = lies.collect();
    class.world.advance(120).await;
    for (cause, entry) in lies {
        let refused = held.hand_in_one(&entry).await;
        assert_eq!(refusal(&refused), (ErrorReason::OfflineTimeUncertain, cause));
    }
    // Nothing is in the way of what is right.
    let entry = held.sign_by(new(), right);
    assert_eq!(record(held.hand_in_one(&entry).await).status(), Status::Present);
}

async fn what_was_signed_cannot_be_changed(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let held = Held::of(&class, 0).await;
    class.world.advance(60).await;
    let good = held.sign(&class).await;
    class.world.advance(25).await;
    let newer = class.code().await.code;
    type Change<'c> = (&'c str, &'c dyn Fn(&mut OfflineCheckIn));
    let table: [Change<'_>; 8] = [
        ("elapsed_ms", &|entry| entry.elapsed_ms = Some(60_000)),
        ("nonce_received_at", &|entry| entry.nonce_received_at.as_mut().expect("a time").seconds -= 1),
        ("check_in_id", &|entry| entry.check_in_id = Uuid::now_v7().to_string()),
        ("qr_code", &|entry| entry.qr_code.clone_from(&newer)),
        ("codes", &|entry| entry.codes = vec![newer.clone()]),
        ("position", &|entry| entry.position = Some(class.college.north(1.0))),
        ("access_points", &|entry| {
            entry.access_points = vec![AccessPointSighting {
                bssid: "00:00:00:00:00:01".to_owned(),
                rssi_dbm: Some(-60),
                r#type: 1,
                ..Default::default()
            }];
        }),
        ("signed_at", &|entry| {
            entry.device.as_mut().and_then(|device| device.signed_at.as_mut()).expect("a time").seconds += 1;
        }),
    ];
    for (what, change) in table {
        let mut changed = good.clone();
        change(&mut changed);
        let refused = held.hand_in_one(&changed).await;
        assert_eq!(refusal(&refused), (ErrorReason::DeviceNotProven, "SIGNATURE_WRONG"), "{what}");
    }
    assert_eq!(record(held.hand_in_one(&good).await).status(), Status::Present);
}
