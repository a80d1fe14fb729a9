//! What is too old goes, and what was decided by it stays.

use rollcall_proto::v1::{
    CheckInRequest, GetReviewRequest, Position,
    attendance_record::{DistanceBand, Flag, Review as State, Status, VerificationMethod},
    decide_review_request::Decision,
    evidence::{Factor, Verdict},
};
use rollcall_tests::{
    Answer as _, Class, Kind, class::request, college::College, in_every_world, on_both_stores, on_postgres,
    until::until_within, world::Plan,
};

use super::{DAY_SECONDS, SWEEP, SWEPT, WITH_POSITION, end, keep_for, telling};

in_every_world!(what_is_too_old_goes_and_its_verdict_stays);
on_both_stores!(nothing_goes_where_it_is_kept_for_ever);
on_postgres!(several_servers_take_it_away_as_one);

/// Whatever shows where somebody was, in one condition.
const RAW: &str = "latitude IS NOT NULL OR longitude IS NOT NULL OR accuracy_meters IS NOT NULL OR qr_code_used IS NOT NULL \
                   OR ip_address IS NOT NULL OR device_id IS NOT NULL";

async fn what_is_too_old_goes_and_its_verdict_stays(kind: Kind) {
    let (river, hill) = (College::new("riverside", 3), College::new("hillside", 1));
    let plan = Plan::new(kind).set("LOG_LEVEL", "TRACE");
    let class = Class { world: plan.start(&[&river, &hill]).await, college: river };
    keep_for(&class.admin(), 10).await;

    let sure = class.student(0).check_ins().check_in(telling(&class, 0.0, "phone-0").await).await.answer();
    let vague = telling(&class, 45.0, "phone-1").await;
    let vague = CheckInRequest {
        position: vague.position.map(|position| Position { accuracy_meters: Some(40.0), ..position }),
        ..vague
    };
    let flagged = class.student(1).check_ins().check_in(vague).await.answer();
    let outside = telling(&class, 120.0, "phone-2").await;
    assert_eq!(class.student(2).check_ins().check_in(outside).await.refused().reason, "OUTSIDE_GEOFENCE");
    end(&class.world, &class.college).await;
    let at_hill = hill_check_in(&class, &hill).await;
    end(&class.world, &hill).await;

    let rows = class.world.rows().await;
    let raw = async |table: &str| rows.number(&format!("SELECT COUNT(*) AS n FROM {table} WHERE {RAW}")).await;
    class.world.advance(10 * DAY_SECONDS - 3600).await;
    class.world.ran(SWEEP).await;
    assert_eq!((raw("attendance_records").await, raw("check_in_attempts").await), (3, 1), "its days are not over");
    class.world.advance(2 * 3600).await;
    until_within("it goes", SWEPT, async || (raw("attendance_records").await == 1).then_some(())).await;
    until_within("it goes", SWEPT, async || (raw("check_in_attempts").await == 0).then_some(())).await;

    // What was decided, and how far away it was.
    let now = class.records().await;
    for (before, band) in [(&sure, DistanceBand::Inside), (&flagged, DistanceBand::Inside)] {
        let after = now.iter().find(|record| record.id == before.id).expect("the record");
        assert_eq!((before.distance_band(), before.traces_removed_at), (DistanceBand::Unspecified, None));
        assert_eq!((after.distance_band(), after.traces_removed_at.is_some()), (band, true));
        let before = rollcall_proto::v1::AttendanceRecord {
            distance_band: after.distance_band,
            traces_removed_at: after.traces_removed_at,
            ..before.clone()
        };
        assert_eq!(*after, before, "all else is as it was");
    }
    assert_eq!(now.iter().filter(|record| record.status() == Status::Absent).count(), 1);
    let attempts = rows.all("SELECT reason, distance_band, evidence FROM check_in_attempts").await;
    assert_eq!(
        (attempts[0]["reason"].as_str(), attempts[0]["distance_band"].as_str()),
        (Some("OUTSIDE_GEOFENCE"), Some("WITHIN_200_M"))
    );
    let evidence = attempts[0]["evidence"].to_string();
    assert!(evidence.contains("You were outside the place.") && !evidence.contains("meters"), "{evidence}");

    // The figures of the place are gone, that of the code is there, and whoever looks can still decide.
    let seen = class.teacher().reviews().get_review(GetReviewRequest { record_id: flagged.id.clone() }).await.answer();
    let figures = |factor| seen.findings.iter().find(|finding| finding.factor() == factor).map(|it| it.figures.len());
    assert_eq!((figures(Factor::Geofence), figures(Factor::Code)), (Some(0), Some(1)));
    let rejected = crate::review::decide(&class.teacher(), &flagged, Decision::Reject).await.record.expect("a record");
    assert_eq!((rejected.status(), rejected.review()), (Status::Absent, State::Rejected));
    class.student(1).reviews().appeal_review(crate::review::appeal(&flagged)).await.answer();
    let record = crate::review::decide(&class.teacher(), &flagged, Decision::Confirm).await.record.expect("a record");
    assert_eq!((record.status(), record.verification_method()), (Status::Present, VerificationMethod::Qr));
    assert_eq!((record.flags.clone(), record.distance_band()), (vec![Flag::Uncertain as i32], DistanceBand::Inside));
    assert_eq!(record.evidence[1].verdict(), Verdict::Uncertain);

    // Another college keeps what is its own for as long as it says.
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM session_devices").await, 1);
    let there = class.world.actor(&hill.students[0]).records();
    let there = there.clone().get_record(rollcall_proto::v1::GetRecordRequest { id: at_hill }).await.answer();
    assert_eq!((there.distance_band(), there.traces_removed_at), (DistanceBand::Unspecified, None));
    let log = std::fs::read_to_string(class.world.log(0)).expect("the log");
    assert!(
        log.contains("CheckIn") && !log.contains("12.9716") && !log.contains("77.5946"),
        "a position is in the log"
    );
}

/// Checks in the student of a second college, and tells the record's id.
async fn hill_check_in(class: &Class, hill: &College) -> String {
    let shown = rollcall_proto::v1::GetCurrentCodeRequest {
        location_id: hill.location.id.to_string(),
        session_id: Some(hill.session.id.to_string()),
    };
    let code = class.world.actor(&hill.teacher).codes().get_current_code(shown).await.answer().code;
    let request = CheckInRequest {
        device: Some(rollcall_proto::v1::Device { device_id: "phone-9".to_owned(), ..Default::default() }),
        ..request(hill.session.id, &code, hill.north(0.0))
    };
    class.world.actor(&hill.students[0]).check_ins().check_in(request).await.answer().id
}

async fn nothing_goes_where_it_is_kept_for_ever(kind: Kind) {
    let class = Class::open(kind, 1).await;
    keep_for(&class.admin(), 0).await;
    class.student(0).check_ins().check_in(telling(&class, 0.0, "phone").await).await.answer();
    end(&class.world, &class.college).await;
    let rows = class.world.rows().await;
    class.world.advance(3000 * DAY_SECONDS).await;
    class.world.ran(SWEEP).await;
    assert_eq!(rows.number(WITH_POSITION).await, 1);
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM session_devices").await, 1);
    // From the next look on it is as the college says then.
    keep_for(&class.admin(), 30).await;
    class.world.advance(3600).await;
    until_within("it goes", SWEPT, async || (rows.number(WITH_POSITION).await == 0).then_some(())).await;
}

async fn several_servers_take_it_away_as_one(kind: Kind) {
    let college = College::new("riverside", 8);
    let class = Class::of(Plan::new(kind).replicas(2), college).await;
    keep_for(&class.admin(), 1).await;
    for student in 0..8 {
        let request = telling(&class, 0.0, &format!("phone-{student}")).await;
        class.student(student).at(student % 2).check_ins().check_in(request).await.answer();
    }
    end(&class.world, &class.college).await;
    let rows = class.world.rows().await;
    class.world.ran(SWEEP).await;
    class.world.advance(DAY_SECONDS + 60).await;
    until_within("it goes", SWEPT, async || (rows.number(WITH_POSITION).await == 0).then_some(())).await;
    // In one transaction, whoever did it.
    assert_eq!(rows.number("SELECT COUNT(DISTINCT traces_removed_at) AS n FROM attendance_records").await, 1);
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM attendance_records WHERE distance_band = 'INSIDE'").await, 8);
}
