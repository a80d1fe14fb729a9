//! A class below the ground.

use rollcall_proto::v1::{
    GetAnalyticsRequest, ListRecordChangesRequest, ListReviewsRequest,
    attendance_record::{Flag, Review, Status},
    evidence::{Factor, Verdict},
    get_analytics_request::GroupBy,
    record_change::Source,
};
use rollcall_tests::{Answer as _, Class, Kind, in_every_world};

use super::{Held, end, record, record_of};

in_every_world!(hands_in_after_an_hour, hands_in_after_the_end);

async fn hands_in_after_an_hour(kind: Kind) {
    let class = Class::open(kind, 3).await;
    let held = [Held::of(&class, 0).await, Held::of(&class, 1).await, Held::of(&class, 2).await];
    class.world.advance(300).await;
    let mut entries = Vec::new();
    for one in &held[..2] {
        entries.push(one.sign(&class).await);
    }
    class.world.advance(1200).await;
    entries.push(held[2].sign(&class).await);
    class.world.advance(1800).await;
    let mut watch = class.watch().await;
    watch.session().await;
    for (place, (one, entry)) in held.iter().zip(&entries).enumerate() {
        let record = record(one.hand_in_one(entry).await);
        let status = if place < 2 { Status::Present } else { Status::Late };
        assert_eq!((record.status(), record.replayed), (status, false), "{record:?}");
        assert_eq!((record.flags().collect::<Vec<_>>(), record.review()), (vec![Flag::Offline], Review::Open));
        let device = record.evidence.iter().find(|item| item.factor() == Factor::Device).expect("the device");
        assert_eq!(device.verdict(), Verdict::Passed);
        // Late by when it was made, and not by when it came.
        assert_eq!(record.late_by_seconds > 0, status == Status::Late, "{record:?}");
        assert!((0..1800).contains(&record.late_by_seconds), "{record:?}");
    }
    // Whoever watches sees them come.
    assert_eq!(watch.records(3).await.len(), 3);
    // What was believed stands there for staff.
    let request = ListReviewsRequest::default();
    let reviews = class.teacher().reviews().list_reviews(request).await.answer().reviews;
    assert_eq!(reviews.len(), 3);
    for review in reviews {
        let device = review.findings.iter().find(|finding| finding.factor() == Factor::Device).expect("the device");
        let figure = |name: &str| device.figures.get(name).copied().unwrap_or_else(|| panic!("{name}: {device:?}"));
        let after = figure("handed_in_after_seconds");
        assert!((1795.0..3100.0).contains(&after), "{device:?}");
        assert!((after..after + 26.0).contains(&figure("uncertainty_seconds")), "{device:?}");
        assert!(figure("clock_disagreement_seconds").abs() < 1.0, "{device:?}");
        assert!(figure("made_at_unix_seconds") > 1.7e9, "{device:?}");
    }
}

async fn hands_in_after_the_end(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let held = Held::of(&class, 0).await;
    class.world.advance(1500).await;
    let entry = held.sign(&class).await;
    class.world.advance(600).await;
    end(&class).await;
    let absent = record_of(&class, 0).await;
    assert_eq!(absent.status(), Status::Absent);
    class.world.advance(6 * 3600).await;
    let late = record(held.hand_in_one(&entry).await);
    // The same record, which says something else now.
    assert_eq!((late.id.as_str(), late.status()), (absent.id.as_str(), Status::Late));
    assert!((1500..1700).contains(&late.late_by_seconds), "{late:?}");
    assert_eq!(record_of(&class, 0).await, late);
    assert_eq!(record_of(&class, 1).await.status(), Status::Absent);
    let request = ListRecordChangesRequest { record_id: late.id.clone(), ..Default::default() };
    let changes = held.actor.records().list_record_changes(request).await.answer().changes;
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].from_status(), changes[0].to_status()), (Status::Absent, Status::Late));
    assert_eq!((changes[0].source(), changes[0].changed_by.as_str()), (Source::Offline, ""));
    assert!(record(held.hand_in_one(&entry).await).replayed);
    // Statistics have it, as they have a correction.
    let request = GetAnalyticsRequest { group_by: GroupBy::Session as i32, ..Default::default() };
    let groups = class.admin().reports().get_analytics(request).await.answer().groups;
    let counts = groups[0].counts.expect("counts");
    assert_eq!((counts.present, counts.late, counts.absent), (0, 1, 1));
}
