//! Sessions and slots that people may come to at several places.

use chrono::TimeDelta;
use prost_types::FieldMask;
use rollcall_proto::v1::{
    CheckInRequest, CreateSessionRequest, CreateTimetableRequest, DeleteLocationRequest, EndSessionRequest,
    GetSessionRequest, ListSessionsRequest, OtherLocations, PlanSessionsRequest, Position, RescheduleSessionRequest,
    Session, StartSessionRequest, Timetable, UpdateTimetableRequest,
    access_point::Type,
    evidence::Verdict,
    session::{Origin, StartPlace},
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    class::request,
    college::College,
    in_every_world, on_both_stores,
    record::timestamp,
    seed::{SeedLocation, Signal},
    until::until,
    world::Plan,
};
use tonic::Code;
use uuid::Uuid;

in_every_world!(let_in_at_each_of_them);
on_both_stores!(change_as_the_rest_does, come_from_their_slot);

/// The way from the first room to the other one; both have a radius of 50 m.
const WAY: f64 = 300.0;
const LECTERN: &str = "06:00:00:00:00:01";

fn two_rooms(students: usize) -> (College, SeedLocation) {
    let mut college = College::new("riverside", students);
    let other = college.another_location("Room 102", WAY);
    college.another_access_point(&other, LECTERN, Signal::Wifi);
    (college, other)
}

/// A session of an hour at the first room, that is to begin so many seconds from now.
async fn plan(class: &Class, also: &[&SeedLocation], seconds: i64) -> Session {
    let start = class.world.clock().now() + TimeDelta::seconds(seconds);
    let request = CreateSessionRequest {
        location_id: class.college.location.id.to_string(),
        division_id: class.college.division.id.to_string(),
        subject: "Compilers".to_owned(),
        planned_start: Some(timestamp(start)),
        planned_end: Some(timestamp(start + TimeDelta::hours(1))),
        also_location_ids: also.iter().map(|location| location.id.to_string()).collect(),
        ..Default::default()
    };
    class.teacher().sessions().create_session(request).await.answer()
}

async fn start(class: &Class, session: &Session, position: Option<Position>) -> Session {
    let request = StartSessionRequest { id: session.id.clone(), position, ..Default::default() };
    class.teacher().sessions().start_session(request).await.answer()
}

async fn delete(class: &Class, location: &SeedLocation) -> Result<(), rollcall_tests::Refusal> {
    let request = DeleteLocationRequest { id: location.id.to_string() };
    class.admin().geofences().delete_location(request).await.map(|_| ()).map_err(|status| (&status).into())
}

async fn let_in_at_each_of_them(kind: Kind) {
    let (college, other) = two_rooms(8);
    let class = Class::of(Plan::new(kind), college).await;
    let session = plan(&class, &[&other], 60).await;
    assert_eq!(session.also_location_ids, [other.id.to_string()]);
    // Whoever starts it may be at either.
    let session = start(&class, &session, Some(class.college.north(WAY))).await;
    assert_eq!(session.start_position(), StartPlace::Inside);
    let id: Uuid = session.id.parse().expect("an id");
    let with = async |position: Position| {
        let code = class.code_of(id).await.code;
        request(id, &code, position)
    };
    let near = |meters: f64, accuracy: f64| Position { accuracy_meters: Some(accuracy), ..class.college.north(meters) };
    let table = [
        (near(0.0, 5.0), Verdict::Passed, "Room 101"),
        (near(WAY, 5.0), Verdict::Passed, "Room 102"),
        (near(WAY - 60.0, 20.0), Verdict::Uncertain, "Room 102"),
        (near(60.0, 20.0), Verdict::Uncertain, "Room 101"),
    ];
    for (student, (position, verdict, room)) in table.into_iter().enumerate() {
        let record = class.student(student).check_ins().check_in(with(position).await).await.answer();
        let place = &record.evidence[1];
        assert_eq!(place.verdict(), verdict, "{position:?}");
        assert!(place.detail.contains(room), "{position:?}: {}", place.detail);
    }
    let refusal = class.student(4).check_ins().check_in(with(near(WAY / 2.0 + 10.0, 5.0)).await).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OUTSIDE_GEOFENCE"));
    let edge: f64 = refusal.told("edge_distance_meters").parse().expect("metres");
    assert!((edge - (WAY / 2.0 - 60.0)).abs() < 1.0, "how far from the nearer one: {edge}");
    // What stands in the other room is as good as its fence.
    let scan = rollcall_proto::v1::AccessPointSighting {
        bssid: LECTERN.to_owned(),
        rssi_dbm: Some(-50),
        r#type: Type::Wifi.into(),
        age_ms: Some(500),
        ..Default::default()
    };
    let by_wifi = CheckInRequest { position: None, access_points: vec![scan.clone()], ..with(near(0.0, 5.0)).await };
    let record = class.student(5).check_ins().check_in(by_wifi).await.answer();
    assert_eq!(record.evidence[2].verdict(), Verdict::Passed);
    // The fence of one room and the Wi-Fi of the other do not make one place.
    let torn = CheckInRequest { access_points: vec![scan.clone()], ..with(near(0.0, 5.0)).await };
    let record = class.student(7).check_ins().check_in(torn).await.answer();
    assert_eq!([1, 2].map(|place| record.evidence[place].verdict()), [Verdict::Passed, Verdict::Missing]);
    // What counted is what is written down.
    let rows = class.world.rows().await;
    let kept =
        "SELECT COUNT(*) AS n FROM attendance_records r JOIN locations l ON l.id = r.location_id WHERE l.name = ";
    let [first, second] = ["'Room 101'", "'Room 102'"].map(|name| format!("{kept}{name}"));
    assert_eq!((rows.number(&first).await, rows.number(&second).await), (3, 3));
    // The session that runs beside it has one place, and it is not that one.
    let elsewhere = CheckInRequest { position: Some(near(WAY, 5.0)), ..class.request().await };
    assert_eq!(class.student(6).check_ins().check_in(elsewhere).await.refused().reason, "OUTSIDE_GEOFENCE");
    let elsewhere = CheckInRequest { position: None, access_points: vec![scan], ..class.request().await };
    assert_eq!(class.student(6).check_ins().check_in(elsewhere).await.refused().reason, "MORE_EVIDENCE_NEEDED");
}

async fn change_as_the_rest_does(kind: Kind) {
    let (mut college, other) = two_rooms(0);
    let third = college.another_location("Room 103", 2.0 * WAY);
    let far = College::new("hillside", 0);
    let world = Plan::new(kind).start(&[&college, &far]).await;
    let class = Class { world, college };
    let session = plan(&class, &[&other], 7_200).await;
    let refusal = delete(&class, &other).await.expect_err("it is in use");
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::FailedPrecondition, "IN_USE"), "location"));
    let change = async |ids: Option<Vec<String>>| {
        let request = RescheduleSessionRequest {
            id: session.id.clone(),
            planned_start: session.planned_start,
            planned_end: session.planned_end,
            also_locations: ids.map(|location_ids| OtherLocations { location_ids }),
            ..Default::default()
        };
        class.teacher().sessions().reschedule_session(request).await
    };
    assert_eq!(change(None).await.answer(), session, "what is left out stays");
    for nowhere in [far.location.id, Uuid::now_v7()] {
        let refusal = change(Some(vec![other.id.to_string(), nowhere.to_string()])).await.refused();
        assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "location"));
    }
    // Named twice, in whatever spelling, it is one.
    let twice = vec![third.id.to_string(), third.id.to_string().to_uppercase()];
    let changed = change(Some(twice)).await.answer();
    let expected = Session { also_location_ids: vec![third.id.to_string()], is_adjusted: true, ..session.clone() };
    assert_eq!(changed, expected);
    let get = GetSessionRequest { id: session.id.clone() };
    assert_eq!(class.admin().sessions().get_session(get).await.answer(), expected);
    let rows = class.admin().rest().get("/api/v1/audit?action=session.rescheduled").await.answer();
    let detail = &rows["audit_rows"][0]["detail"];
    assert_eq!(detail["from"]["also_location_ids"][0], other.id.to_string());
    assert_eq!(detail["to"]["also_location_ids"][0], third.id.to_string());
    delete(&class, &other).await.expect("it is let go of");
    delete(&class, &third).await.expect_err("it is held");
    assert_eq!(change(Some(Vec::new())).await.answer().also_location_ids, [] as [&str; 0]);
    delete(&class, &third).await.expect("it is let go of");
}

async fn come_from_their_slot(kind: Kind) {
    let (mut college, other) = two_rooms(0);
    let third = college.another_location("Room 103", 2.0 * WAY);
    college.college.plan_horizon_days = 14;
    let class = Class::of(Plan::new(kind), college).await;
    let (mut timetables, mut sessions) = (class.admin().timetables(), class.admin().sessions());
    let request = CreateTimetableRequest {
        division_id: class.college.division.id.to_string(),
        location_id: class.college.location.id.to_string(),
        teacher_id: class.college.teacher.id.to_string(),
        subject: "Compilers".to_owned(),
        day_of_week: 3,
        start_time: "09:00".to_owned(),
        end_time: "10:00".to_owned(),
        also_location_ids: vec![other.id.to_string()],
        ..Default::default()
    };
    let slot = timetables.create_timetable(request).await.answer();
    assert_eq!(slot.also_location_ids, [other.id.to_string()]);
    let mut at = async |location: &SeedLocation| {
        sessions.plan_sessions(PlanSessionsRequest {}).await.answer();
        until("its sessions have the place", async || {
            let request = ListSessionsRequest { page_size: 500, ..Default::default() };
            let mut all = class.admin().sessions().list_sessions(request).await.answer().sessions;
            all.retain(|session| session.origin() == Origin::Timetable);
            let have = all.iter().all(|session| session.also_location_ids == [location.id.to_string()]);
            (have && !all.is_empty()).then_some(())
        })
        .await;
    };
    at(&other).await;
    delete(&class, &other).await.expect_err("it is held");
    let update = |also: &str| UpdateTimetableRequest {
        timetable: Some(Timetable {
            id: slot.id.clone(),
            also_location_ids: vec![also.to_owned()],
            ..Default::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["also_location_ids".to_owned()] }),
    };
    let refusal = timetables.update_timetable(update(&Uuid::now_v7().to_string())).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "location"));
    let changed = timetables.update_timetable(update(&third.id.to_string())).await.answer();
    assert_eq!(changed, Timetable { also_location_ids: vec![third.id.to_string()], ..slot.clone() });
    at(&third).await;
    delete(&class, &other).await.expect("nothing has it any more");
    // The session that runs stays as it is.
    let end = EndSessionRequest { id: class.session_id().to_string() };
    assert_eq!(class.teacher().sessions().end_session(end).await.answer().also_location_ids, [] as [&str; 0]);
}
