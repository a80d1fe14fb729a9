//! A scan that was sent before is looked at.

use futures_util::future::join_all;
use rollcall_proto::v1::{
    AttendanceRecord, CheckInRequest,
    attendance_record::{Flag, Review},
    evidence::{Factor, Verdict},
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    class::request,
    college::College,
    in_every_world, on_postgres,
    record::evidence,
    seed::{Signal, State},
    world::Plan,
};

use super::{around, heard, without_position};

in_every_world!(is_flagged, is_not_ones_own_of_just_now, needs_much_to_be_heard);
on_postgres!(has_one_first);

const LECTERN: &str = "06:00:00:00:00:01";

fn is_replay(record: &AttendanceRecord) -> bool {
    record.flags.contains(&(Flag::ReplayedScan as i32))
}

async fn is_flagged(kind: Kind) {
    let mut college = College::new("riverside", 4);
    let room = college.location.clone();
    college.another_access_point(&room, LECTERN, Signal::Wifi);
    let class = Class::of(Plan::new(kind), college).await;
    let mut scan = around(1, 1);
    scan.push(heard(LECTERN, -50));
    let check_in = async |student: usize, scan: &[_]| {
        let request = without_position(&class, scan.to_vec()).await;
        class.student(student).check_ins().check_in(request).await.answer()
    };
    let first = check_in(0, &scan).await;
    assert!(!is_replay(&first), "{first:?}");

    // Word for word, in another order.
    scan.reverse();
    let copied = check_in(1, &scan).await;
    assert_eq!(copied.flags, [Flag::Uncertain as i32, Flag::ReplayedScan as i32]);
    assert_eq!(copied.review, Review::Open as i32);
    let entry = copied.evidence.iter().find(|entry| entry.factor() == Factor::AccessPoints).expect("the scan");
    assert_eq!(entry.verdict, evidence(Factor::AccessPoints, Verdict::Uncertain).verdict);

    // One that differs in one signal is another one.
    scan[0].rssi_dbm = Some(-51);
    let own = check_in(2, &scan).await;
    assert!(!is_replay(&own), "{own:?}");

    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM check_in_scans").await, 2);
}

async fn is_not_ones_own_of_just_now(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let (second, third) = (college.another_session(State::Active), college.another_session(State::Active));
    let class = Class::of(Plan::new(kind), college).await;
    let scan = around(1, 1);
    let student = class.student(0);
    // A code that is too old costs the first try. The phone has no other scan for the second one.
    let mut tried = CheckInRequest { access_points: scan.clone(), ..class.request().await };
    tried.qr_code = "nonsense".to_owned();
    assert_eq!(student.check_ins().check_in(tried.clone()).await.refused().reason, "CODE_INVALID");
    let request_of = async |session, position| {
        let code = class.code_of(session).await.code;
        CheckInRequest { access_points: scan.clone(), ..request(session, &code, position) }
    };
    let here = class.college.north(0.0);
    let again = request_of(second.id, here).await;
    let record = student.check_ins().check_in(again).await.answer();
    assert!(!is_replay(&record), "{record:?}");

    // Much later the same check-in is the same still, and another one is not.
    class.world.advance(600).await;
    let later = CheckInRequest { qr_code: class.code().await.code, ..tried };
    let record = student.check_ins().check_in(later).await.answer();
    assert!(!is_replay(&record), "{record:?}");
    let code = class.code_of(third.id).await.code;
    let another = CheckInRequest { access_points: scan.clone(), ..request(third.id, &code, here) };
    let record = student.check_ins().check_in(another).await.answer();
    assert!(is_replay(&record), "{record:?}");
}

/// Two who sit together hear three access points equally now and then.
async fn needs_much_to_be_heard(kind: Kind) {
    let class = Class::open(kind, 3).await;
    for student in 0..3 {
        let request = CheckInRequest { access_points: around(1, 1)[..5].to_vec(), ..class.request().await };
        let record = class.student(student).check_ins().check_in(request).await.answer();
        assert!(!is_replay(&record), "{record:?}");
    }
}

/// Of many who send the same at once, on two replicas, all but one are told of.
async fn has_one_first(kind: Kind) {
    const STUDENTS: usize = 24;
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", STUDENTS)).await;
    let request = CheckInRequest { access_points: around(1, 1), ..class.request().await };
    let racers = (0..STUDENTS).map(|number| {
        let student = class.student(number).at(number % 2);
        let request = CheckInRequest { check_in_id: uuid::Uuid::now_v7().to_string(), ..request.clone() };
        async move { student.check_ins().check_in(request).await.answer() }
    });
    let records = join_all(racers).await;
    assert_eq!(records.iter().filter(|record| !is_replay(record)).count(), 1);
}
