//! One device for two students of a session is looked at, whoever comes first.

use futures_util::future::join_all;
use rollcall_proto::v1::{
    AttendanceRecord, CheckInRequest, CreatePolicyRequest, PolicyRules,
    attendance_record::{Flag, Review},
    evidence::Factor,
    policy::Scope,
    policy_rules::Requirement,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::College,
    device::{Phone, named},
    in_every_world, on_both_stores, on_postgres, until,
    world::Plan,
};
use uuid::Uuid;

in_every_world!(both_records_are_flagged);
on_both_stores!(a_key_is_a_device_too, can_be_refused);
on_postgres!(of_many_at_once_all_are_flagged);

fn is_shared(record: &AttendanceRecord) -> bool {
    record.flags().any(|flag| flag == Flag::SharedDevice)
}

async fn request(class: &Class, device_id: &str) -> CheckInRequest {
    named(device_id, class.request().await)
}

/// Waits until so many records are flagged, and gives all.
async fn flagged(class: &Class, count: usize) -> Vec<AttendanceRecord> {
    until("both are flagged", async || {
        let records = class.records().await;
        (records.iter().filter(|record| is_shared(record)).count() == count).then_some(records)
    })
    .await
}

async fn both_records_are_flagged(kind: Kind) {
    let mut college = College::new("riverside", 4);
    let other = college.another_session(rollcall_tests::seed::State::Active);
    let class = Class::of(Plan::new(kind), college).await;
    let mut watch = class.watch().await;
    watch.session().await;
    let check_in = |number: usize, request: CheckInRequest| {
        let actor = class.student(number);
        async move { actor.check_ins().check_in(request).await.answer() }
    };
    let first = check_in(0, request(&class, "phone-1").await).await;
    let apart = check_in(1, request(&class, "phone-2").await).await;
    check_in(2, class.request().await).await;
    let second = check_in(3, request(&class, "phone-1").await).await;
    assert!(!is_shared(&first) && !is_shared(&apart));
    assert!(is_shared(&second) && second.review() == Review::Open, "{second:?}");
    let records = flagged(&class, 2).await;
    for record in &records {
        let is_one = [&first.id, &second.id].contains(&&record.id);
        assert_eq!(is_shared(record), is_one, "{record:?}");
        assert_eq!(record.review() == Review::Open, is_one, "{record:?}");
    }
    // Whoever watches sees the first one again.
    let mut seen = Vec::new();
    while !seen.iter().any(|record: &AttendanceRecord| record.id == first.id && is_shared(record)) {
        seen.push(watch.record().await);
    }
    // The same device for the same student in another session is nothing.
    let elsewhere = CheckInRequest { session_id: Some(other.id.to_string()), ..request(&class, "phone-1").await };
    let elsewhere = CheckInRequest { qr_code: class.code_of(other.id).await.code, ..elsewhere };
    assert!(!is_shared(&check_in(0, elsewhere).await));
    // A repeat gets the record as it is now.
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM jobs WHERE kind = 'checkin.shared_device'").await, 0);
}

/// A friend's phone that gives another name each time.
async fn a_key_is_a_device_too(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let (friend, actor) = (class.student(0), class.student(1));
    let mut phone = Phone::new("one");
    let key = phone.enrol(&friend).await;
    let now = class.world.clock().now();
    let first = phone.signed(&friend, &key.id, class.request().await, now).await;
    friend.check_ins().check_in(first).await.answer();
    phone.device_id = "another".to_owned();
    let second = phone.signed(&actor, &key.id, class.request().await, now).await;
    let record = actor.check_ins().check_in(second).await.answer();
    let flags: Vec<Flag> = record.flags().collect();
    assert_eq!(flags, [Flag::SharedDevice, Flag::ForeignDevice]);
    flagged(&class, 2).await;
}

async fn can_be_refused(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let requirement = |factor: Factor| Requirement { factors: vec![factor.into()] };
    let policy = CreatePolicyRequest {
        scope: Scope::Session.into(),
        scope_id: Some(class.session_id().to_string()),
        rules: Some(PolicyRules {
            requirements: vec![requirement(Factor::Code), requirement(Factor::Geofence)],
            refused_flags: vec![Flag::SharedDevice.into()],
            ..PolicyRules::default()
        }),
        ..CreatePolicyRequest::default()
    };
    class.admin().policies().create_policy(policy).await.answer();
    class.student(0).check_ins().check_in(request(&class, "phone").await).await.answer();
    let refusal = class.student(1).check_ins().check_in(request(&class, "phone").await).await.refused();
    assert_eq!((refusal.reason.as_str(), refusal.told("flag")), ("CHECK_IN_REFUSED", "SHARED_DEVICE"));
    class.student(1).check_ins().check_in(request(&class, "own").await).await.answer();
}

async fn of_many_at_once_all_are_flagged(kind: Kind) {
    const STUDENTS: usize = 33;
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", STUDENTS)).await;
    let plain = request(&class, "phone").await;
    let racers = (0..STUDENTS).map(|number| {
        let actor = class.student(number).at(number % 2);
        let mut request = CheckInRequest { check_in_id: Uuid::now_v7().to_string(), ..plain.clone() };
        if number == STUDENTS - 1 {
            request.device.as_mut().expect("a device").device_id = "own".to_owned();
        }
        async move { actor.check_ins().check_in(request).await.answer() }
    });
    let answers = join_all(racers).await;
    // One came first, whoever it was.
    assert_eq!(answers.iter().filter(|record| is_shared(record)).count(), STUDENTS - 2);
    let records = flagged(&class, STUDENTS - 1).await;
    let alone = records.iter().find(|record| !is_shared(record)).expect("the one with a device of their own");
    assert_eq!(alone.student_id, class.college.students[STUDENTS - 1].id.to_string());
}
