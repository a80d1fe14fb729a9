//! How the roll stands, beside what changes it.

use rollcall_proto::v1::{
    AttendanceRecord, EndSessionRequest, RollCounts, UpdateRecordRequest,
    attendance_event::Change,
    attendance_record::Status::{self, Absent, Excused, Present},
    session::State,
};
use rollcall_tests::{Answer as _, Class, Kind, in_every_world, live::Watch};

in_every_world!(go_with_the_roll_and_each_change);

async fn go_with_the_roll_and_each_change(kind: Kind) {
    let class = Class::open(kind, 4).await;
    let first = class.check_in(0).await;
    let mut watch = class.watch().await;
    watch.session().await;
    assert_eq!(watch.counts, None, "there is more of the roll to come");
    watch.record().await;
    assert_eq!(watch.counts, Some(counts(1, 0, 0)));

    let second = class.check_in(1).await;
    assert_eq!(watch.record().await, second);
    assert_eq!(watch.counts, Some(counts(2, 0, 0)));

    let corrected = correct(&class, &first, Excused).await;
    assert_eq!(watch.record().await, corrected);
    assert_eq!(watch.counts, Some(counts(1, 0, 1)));

    let end = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(end).await.answer();
    assert_eq!(watch.session().await.state(), State::Completed);
    assert_eq!(watch.counts, None, "the absent come with it");
    let absent = watch.records(2).await;
    assert!(absent.iter().all(|record| record.status() == Absent), "{absent:?}");
    assert_eq!(watch.counts, Some(counts(1, 2, 1)));
    watch.ended().await;

    // What is corrected after the end is told to whoever comes back.
    let corrected = correct(&class, &absent[0], Present).await;
    let mut again = Watch::open(&class.teacher(), class.session_id(), &watch.resume_token).await;
    assert_eq!(again.rest().await, [Change::Record(corrected)]);
    assert_eq!(again.counts, Some(counts(2, 1, 1)));
}

fn counts(present: i32, absent: i32, excused: i32) -> RollCounts {
    RollCounts { present, absent, excused, expected: 4, ..RollCounts::default() }
}

async fn correct(class: &Class, record: &AttendanceRecord, to: Status) -> AttendanceRecord {
    let request =
        UpdateRecordRequest { id: record.id.clone(), status: to.into(), reason: "seen by the teacher".to_owned() };
    class.teacher().records().update_record(request).await.answer()
}
