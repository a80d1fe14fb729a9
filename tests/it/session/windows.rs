//! StartSession: when, and where.

use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use rollcall_proto::v1::{
    CreateSessionRequest, GetSessionRequest, Position, Session, StartSessionRequest,
    session::{Adherence, StartPlace, State},
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    actor::Actor,
    college::College,
    in_every_world, on_both_stores,
    record::{time, timestamp},
    seed,
    world::Plan,
};
use serde_json::{Value, json};
use tonic::{Code, Response, Status};

in_every_world!(open_and_close, show_where_whoever_starts_is);
on_both_stores!(are_as_the_college_says, let_an_administrator_stand_in);

/// A session of an hour that is to begin so many seconds from now.
async fn planned(class: &Class, seconds: i64) -> Session {
    let start = class.world.clock().now() + TimeDelta::seconds(seconds);
    let request = CreateSessionRequest {
        location_id: class.college.location.id.to_string(),
        division_id: class.college.division.id.to_string(),
        subject: "Compilers".to_owned(),
        planned_start: Some(timestamp(start)),
        planned_end: Some(timestamp(start + TimeDelta::hours(1))),
        ..Default::default()
    };
    class.teacher().sessions().create_session(request).await.answer()
}

async fn start(actor: &Actor, session: &Session, position: Option<Position>) -> Result<Response<Session>, Status> {
    actor.sessions().start_session(StartSessionRequest { id: session.id.clone(), position, ..Default::default() }).await
}

async fn set(class: &Class, settings: Value) {
    let rest = class.admin().rest();
    rest.send(rest.request(Method::PATCH, "/api/v1/college").json(&settings)).await.answer();
}

async fn open_and_close(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let teacher = class.teacher();
    // A minute is left for a slow machine.
    let table = [
        (14 * 60, Some(Adherence::Early)),
        (6 * 60, Some(Adherence::Early)),
        (4 * 60, Some(Adherence::OnTime)),
        (-4 * 60, Some(Adherence::OnTime)),
        (-6 * 60, Some(Adherence::Late)),
        (-28 * 60, Some(Adherence::Late)),
        (16 * 60, None),
        (86_400, None),
    ];
    for (seconds, adherence) in table {
        let session = planned(&class, seconds).await;
        let result = start(&teacher, &session, None).await;
        let Some(adherence) = adherence else {
            let refusal = result.refused();
            assert_eq!(refusal.kind(), (Code::FailedPrecondition, "START_WINDOW"), "{seconds}");
            let told = |key: &str| refusal.told(key).parse::<DateTime<Utc>>().expect("a time");
            assert_eq!(told("opens_at"), time(session.planned_start) - TimeDelta::minutes(15));
            assert_eq!(told("closes_at"), time(session.planned_start) + TimeDelta::minutes(30));
            let get = GetSessionRequest { id: session.id.clone() };
            assert_eq!(teacher.sessions().get_session(get).await.answer(), session, "nothing has changed");
            continue;
        };
        let started = result.answer();
        let offset = started.start_offset_seconds.expect("an offset");
        assert!((0..60).contains(&(i64::from(offset) + seconds)), "{offset} {seconds}");
        assert_eq!(i64::from(offset), (time(started.started_at) - time(started.planned_start)).num_seconds());
        let expected = Session {
            state: State::Active as i32,
            started_at: started.started_at,
            start_adherence: adherence as i32,
            start_offset_seconds: Some(offset),
            ..session
        };
        assert_eq!(started, expected, "{seconds}");
    }
    // It opens with time, and closes. Whatever is too late is cancelled as well, perhaps already.
    let session = planned(&class, 3600).await;
    start(&teacher, &session, None).await.refused();
    class.world.advance(50 * 60).await;
    assert_eq!(start(&teacher, &session, None).await.answer().start_adherence, Adherence::Early as i32);
    let session = planned(&class, 60).await;
    class.world.advance(32 * 60).await;
    let refusal = start(&teacher, &session, None).await.refused();
    assert_eq!(refusal.code, Code::FailedPrecondition);
    assert!(["START_WINDOW", "ILLEGAL_TRANSITION"].contains(&refusal.reason.as_str()), "{refusal:?}");
    // Once.
    let session = planned(&class, 0).await;
    start(&teacher, &session, None).await.answer();
    let refusal = start(&teacher, &session, None).await.refused();
    assert_eq!((refusal.kind().1, refusal.told("state")), ("ILLEGAL_TRANSITION", "ACTIVE"));
}

async fn are_as_the_college_says(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let teacher = class.teacher();
    let session = planned(&class, 10 * 60).await;
    set(&class, json!({"start_early_minutes": 5})).await;
    assert_eq!(start(&teacher, &session, None).await.refused().reason, "START_WINDOW");
    set(&class, json!({"start_early_minutes": 60})).await;
    start(&teacher, &session, None).await.answer();
    // No window goes beyond the plan's end.
    set(&class, json!({"start_late_minutes": 1440})).await;
    let session = planned(&class, -30 * 60).await;
    set(&class, json!({"start_early_minutes": 0})).await;
    start(&teacher, &session, None).await.answer();
}

async fn show_where_whoever_starts_is(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let sessions: Vec<_> = (0..10).map(|_| college.another_session(seed::State::Scheduled)).collect();
    let class = Class::of(Plan::new(kind), college).await;
    let (inside, far) = (class.college.north(10.0), class.college.north(300.0));
    let uncertain = Position { accuracy_meters: Some(30.0), ..class.college.north(60.0) };
    let nowhere = Position { latitude: Some(91.0), ..inside };
    let table = [
        ("OPTIONAL", None, Ok((StartPlace::Unspecified, None))),
        ("OPTIONAL", Some(inside), Ok((StartPlace::Inside, Some(10.0)))),
        ("OPTIONAL", Some(uncertain), Ok((StartPlace::Uncertain, Some(60.0)))),
        ("OPTIONAL", Some(far), Err("OUTSIDE_GEOFENCE")),
        ("OPTIONAL", Some(nowhere), Err("INVALID_POSITION")),
        ("REQUIRED", None, Err("INVALID_FIELD")),
        ("REQUIRED", Some(inside), Ok((StartPlace::Inside, Some(10.0)))),
        ("REQUIRED", Some(far), Err("OUTSIDE_GEOFENCE")),
        ("OFF", Some(far), Ok((StartPlace::Unspecified, None))),
        ("OFF", Some(nowhere), Err("INVALID_POSITION")),
    ];
    for (seeded, (rule, position, expected)) in sessions.iter().zip(table) {
        set(&class, json!({"start_position": rule})).await;
        let get = GetSessionRequest { id: seeded.id.to_string() };
        let session = class.teacher().sessions().get_session(get.clone()).await.answer();
        let result = start(&class.teacher(), &session, position).await;
        match expected {
            Ok((place, meters)) => {
                let started = result.answer();
                assert_eq!(started.start_position, place as i32, "{rule} {position:?}");
                let near = |(found, expected): (f64, f64)| (found - expected).abs() < 0.5;
                assert!(started.start_distance_meters.zip(meters).is_none_or(near), "{started:?}");
                assert_eq!(started.start_distance_meters.is_some(), meters.is_some());
                assert_eq!(class.admin().sessions().get_session(get.clone()).await.answer(), started);
                // Where the teacher was is nothing for students.
                let told = class.student(0).sessions().get_session(get).await.answer();
                assert_eq!(told, Session { start_position: 0, start_distance_meters: None, ..started });
            }
            Err(reason) => {
                let refusal = result.refused();
                assert_eq!(refusal.reason, reason, "{rule} {position:?}");
                match reason {
                    "OUTSIDE_GEOFENCE" => assert_eq!(refusal.told("radius_meters"), "50.0"),
                    "INVALID_FIELD" => assert_eq!(refusal.violations[0].0, "position"),
                    _ => assert_eq!(refusal.violations[0].0, "position.latitude"),
                }
                assert_eq!(class.teacher().sessions().get_session(get).await.answer(), session);
            }
        }
    }
}

async fn let_an_administrator_stand_in(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let (one, two) = (planned(&class, 0).await, planned(&class, 0).await);
    assert_eq!(start(&class.other_teacher(), &one, None).await.refused().reason, "NOT_YOUR_SESSION");
    start(&class.admin(), &one, None).await.answer();
    start(&class.teacher(), &two, None).await.answer();
    let rows = class.admin().rest().get("/api/v1/audit?action=session.started").await.answer();
    for (session, detail) in [(one, json!({"standing_in_for": class.college.teacher.id})), (two, json!({}))] {
        let row = rows["audit_rows"].as_array().into_iter().flatten().find(|row| row["object_id"] == session.id);
        assert_eq!(row.expect("a row")["detail"], detail);
    }
}
