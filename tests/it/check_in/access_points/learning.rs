//! Rooms learn what is heard in them from those who were surely there.

use std::time::Duration;

use rollcall_proto::v1::{
    AccessPointSighting, CheckInRequest, EndSessionRequest, Position,
    attendance_record::{Flag, VerificationMethod},
    evidence::{Factor, Verdict},
};
use rollcall_tests::{
    Answer as _, Class, Kind, class::request, college::College, in_every_world, seed::State, until::until_within,
    world::Plan,
};
use tonic::Code;
use uuid::Uuid;

use super::{around, heard};

in_every_world!(lets_in_by_what_it_knows, forgets_scans_in_a_week);

/// The server looks every minute, by the clock that was moved.
const LEARNT: Duration = Duration::from_secs(60);
const HERE: u8 = 1;
const HOME: u8 = 2;
/// Who check in to the first session with a good position. The last of them is at home and says otherwise.
const FIRST: usize = 12;

async fn in_session(
    class: &Class,
    session: Uuid,
    position: Option<Position>,
    scan: Vec<AccessPointSighting>,
) -> CheckInRequest {
    let code = class.code_of(session).await.code;
    CheckInRequest { position, access_points: scan, ..request(session, &code, class.college.north(0.0)) }
}

async fn forgets_scans_in_a_week(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let request = CheckInRequest { access_points: around(HERE, 1), ..class.request().await };
    class.student(0).check_ins().check_in(request).await.answer();
    let rows = class.world.rows().await;
    let scans = "SELECT COUNT(*) AS n FROM check_in_scans";
    assert_eq!(rows.number(scans).await, 1);
    class.world.ran("fingerprint.clean").await;
    class.world.advance(7 * 86_400 + 60).await;
    until_within("it is forgotten", LEARNT, async || (rows.number(scans).await == 0).then_some(())).await;
    assert_eq!(class.records().await.len(), 1);
}

async fn lets_in_by_what_it_knows(kind: Kind) {
    let mut college = College::new("riverside", FIRST + 4);
    let (first, second) = (college.session.id, college.another_session(State::Active).id);
    let class = Class::of(Plan::new(kind), college).await;
    let good = Position { accuracy_meters: Some(8.0), ..class.college.north(0.0) };
    let scan = |student: usize, place| around(place, u8::try_from(student).expect("few"));
    for student in 0..FIRST {
        let place = if student == FIRST - 1 { HOME } else { HERE };
        let request = in_session(&class, first, Some(good), scan(student, place)).await;
        let record = class.student(student).check_ins().check_in(request).await.answer();
        assert_eq!(record.flags, [] as [i32; 0]);
        // Nothing is known yet, so nothing is said.
        assert_eq!(record.evidence[2].verdict(), Verdict::Missing);
    }
    // Who is at the place for certain by nothing but the position's word teaches nothing.
    let vague = Position { accuracy_meters: Some(35.0), ..good };
    let request = in_session(&class, first, Some(vague), scan(FIRST, HOME)).await;
    class.student(FIRST).check_ins().check_in(request).await.answer();

    let rows = class.world.rows().await;
    let raw = "SELECT COUNT(*) AS n FROM check_in_scans WHERE signals IS NOT NULL";
    let count = FIRST as i64 + 1;
    assert_eq!(rows.number(raw).await, count);
    let stranger = in_session(&class, second, None, scan(FIRST + 1, HERE)).await;
    let refusal = class.student(FIRST + 1).check_ins().check_in(stranger).await.refused();
    assert_eq!(refusal.reason, "MORE_EVIDENCE_NEEDED", "the session is not over, and nothing is learnt");

    class.teacher().sessions().end_session(EndSessionRequest { id: first.to_string() }).await.answer();
    class.world.advance(31 * 60).await;
    let known = "SELECT COUNT(*) AS n FROM access_point_fingerprints";
    until_within("the room has learnt", LEARNT, async || (rows.number(known).await > 0).then_some(())).await;
    // Ten of the eleven who agree; and what was heard is gone, but for the session that goes on.
    assert_eq!(rows.number(known).await, 10);
    assert_eq!(rows.number(raw).await, 1);
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM check_in_scans").await, count + 1);

    // Somebody of whom the room has never heard, without a position.
    let request = in_session(&class, second, None, scan(FIRST + 2, HERE)).await;
    let record = class.student(FIRST + 2).check_ins().check_in(request).await.answer();
    assert_eq!(record.verification_method(), VerificationMethod::Combined, "{record:?}");
    assert_eq!((record.evidence[2].factor(), record.evidence[2].verdict()), (Factor::AccessPoints, Verdict::Passed));
    assert_eq!(record.flags, [] as [i32; 0]);

    // Who taught from home is not let in by it.
    let request = in_session(&class, second, None, scan(FIRST + 20, HOME)).await;
    let refusal = class.student(FIRST - 1).check_ins().check_in(request).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "ACCESS_POINTS_ELSEWHERE"));
    // A position inside against a scan of elsewhere: accepted, and looked at.
    let request = in_session(&class, second, Some(good), scan(FIRST + 21, HOME)).await;
    let record = class.student(FIRST - 1).check_ins().check_in(request).await.answer();
    assert_eq!(record.evidence[2].verdict(), Verdict::Failed);
    assert_eq!(record.flags, [Flag::Contradiction as i32]);

    // What phones send, and what is too little, says nothing.
    let few = scan(FIRST + 3, HERE)[..2].to_vec();
    let named = |ssid: &str| {
        let hot_spot = |sighting| AccessPointSighting { ssid: ssid.to_owned(), ..sighting };
        scan(FIRST + 3, HERE).into_iter().map(hot_spot).collect::<Vec<_>>()
    };
    let random: Vec<_> = (0..8).map(|number| heard(&format!("02:16:3e:00:01:{number:02x}"), -50)).collect();
    for (case, scan) in
        [("few", few), ("hot-spots", named("AndroidAP")), ("phones", named("My iPhone")), ("random", random)]
    {
        let request = in_session(&class, second, None, scan).await;
        let refusal = class.student(FIRST + 3).check_ins().check_in(request).await.refused();
        assert_eq!((refusal.reason.as_str(), refusal.told("factors")), ("MORE_EVIDENCE_NEEDED", "GEOFENCE"), "{case}");
    }
}
