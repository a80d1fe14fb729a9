//! ChangeTeacher and RescheduleSession.

use chrono::TimeDelta;
use futures_util::future::join_all;
use rollcall_proto::v1::{
    ChangeTeacherRequest, EndSessionRequest, GetSessionRequest, RescheduleSessionRequest, Session, session::State,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    actor::Actor,
    college::{College, session_message},
    in_every_world, on_both_stores,
    record::{time, timestamp},
    seed::{self, Role, SeedSession},
    world::Plan,
};
use serde_json::json;
use tonic::{Code, Response, Status};
use uuid::Uuid;

in_every_world!(hand_a_session_over, hand_it_over_once, give_a_session_another_time);
on_both_stores!(leave_nobody_in_two_sessions, refuse_what_cannot_be);

async fn hand_over(actor: &Actor, session: Uuid, teacher: Uuid) -> Result<Response<Session>, Status> {
    let request =
        ChangeTeacherRequest { id: session.to_string(), teacher_id: teacher.to_string(), reason: "flu".to_owned() };
    actor.sessions().change_teacher(request).await
}

/// The hours after the seeded plan, in which nothing else is.
fn later(session: &SeedSession, hours: i64) -> RescheduleSessionRequest {
    let by = TimeDelta::hours(hours);
    RescheduleSessionRequest {
        id: session.id.to_string(),
        planned_start: Some(timestamp(session.planned_start + by)),
        planned_end: Some(timestamp(session.planned_end + by)),
        location_id: None,
        reason: "the bus is late".to_owned(),
        also_locations: None,
    }
}

async fn get(actor: &Actor, id: Uuid) -> Session {
    actor.sessions().get_session(GetSessionRequest { id: id.to_string() }).await.answer()
}

async fn hand_a_session_over(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let scheduled = college.another_session(seed::State::Scheduled);
    // So that its teacher is free for the one that runs.
    let last = college.more.sessions.last_mut().expect("the session");
    last.planned_start += TimeDelta::hours(2);
    last.planned_end += TimeDelta::hours(2);
    let class = Class::of(Plan::new(kind).replicas(2), college).await;
    let next = class.college.other_teacher.id;
    for id in [class.session_id(), scheduled.id] {
        let before = get(&class.admin(), id).await;
        // Whoever has it keeps it.
        assert_eq!(hand_over(&class.teacher(), id, class.college.teacher.id).await.answer(), before);
        let after = hand_over(&class.teacher(), id, next).await.answer();
        assert_eq!(after, Session { teacher_id: next.to_string(), is_adjusted: true, ..before });
        let other = class.other_teacher().at(1);
        assert_eq!(get(&other, id).await, after);
        let refusal = hand_over(&class.teacher().at(1), id, class.college.teacher.id).await.refused();
        assert_eq!(refusal.kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
    }
    // Also in the middle of a session: who came, came.
    let record = {
        let request = rollcall_tests::class::request(class.session_id(), &code(&class).await, class.college.north(0.0));
        class.student(0).at(1).check_ins().check_in(request).await.answer()
    };
    assert_eq!(record.session_id, class.session_id().to_string());
    let end = EndSessionRequest { id: class.session_id().to_string() };
    assert_eq!(class.teacher().sessions().end_session(end.clone()).await.refused().reason, "NOT_YOUR_SESSION");
    class.other_teacher().sessions().end_session(end).await.answer();
    let rows = class.admin().rest().get("/api/v1/audit?action=session.teacher_changed").await.answer();
    assert_eq!(rows["audit_rows"].as_array().map(Vec::len), Some(2), "what changes nothing is no deed: {rows}");
    let detail = json!({"from": class.college.teacher.id, "to": next, "reason": "flu"});
    assert_eq!(rows["audit_rows"][0]["detail"], detail);
}

/// The code that the new teacher shows.
async fn code(class: &Class) -> String {
    let request = rollcall_proto::v1::GetCurrentCodeRequest {
        location_id: class.college.location.id.to_string(),
        session_id: Some(class.session_id().to_string()),
    };
    class.other_teacher().codes().get_current_code(request).await.answer().code
}

async fn hand_it_over_once(kind: Kind) {
    let mut college = College::new("riverside", 0);
    let third = college.another_person("teacher3", Role::Teacher);
    // At one time, and each with a teacher of its own, so that only the new one could be in two of them.
    let sessions: Vec<_> = (0..32)
        .map(|number| {
            let teacher = college.another_person(&format!("busy{number}"), Role::Teacher);
            college.another_session(seed::State::Scheduled);
            let session = college.more.sessions.last_mut().expect("the session");
            session.teacher_id = teacher.id;
            session.id
        })
        .collect();
    let class = Class::of(Plan::new(kind).replicas(2), college).await;
    // The teacher gives away what is then not hers any more.
    let racers = (0..32).map(|number| {
        let teacher = class.teacher().at(number % 2).on_own_line();
        let (session, next) = (class.session_id(), class.college.other_teacher.id);
        async move { hand_over(&teacher, session, next).await }
    });
    let (winners, losers): (Vec<_>, Vec<_>) = join_all(racers).await.into_iter().partition(Result::is_ok);
    assert_eq!(winners.len(), 1);
    for loser in losers {
        assert_eq!(loser.refused().kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
    }
    // Of many sessions at one time somebody gets one.
    let racers = sessions.iter().enumerate().map(|(number, session)| {
        let admin = class.admin().at(number % 2).on_own_line();
        let third = third.id;
        async move { hand_over(&admin, *session, third).await }
    });
    let (winners, losers): (Vec<_>, Vec<_>) = join_all(racers).await.into_iter().partition(Result::is_ok);
    assert_eq!(winners.len(), 1);
    let won = winners.into_iter().next().expect("a winner").answer().id;
    for loser in losers {
        let refusal = loser.refused();
        assert_eq!(refusal.kind(), (Code::AlreadyExists, "SESSION_CONFLICT"));
        assert_eq!((refusal.told("session_id"), refusal.told("shared")), (won.as_str(), "teacher"));
    }
}

async fn give_a_session_another_time(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let elsewhere = college.another_location("Room 102", 300.0);
    let session = college.another_session(seed::State::Scheduled);
    let class = Class::of(Plan::new(kind).replicas(2), college).await;
    let request = RescheduleSessionRequest { location_id: Some(elsewhere.id.to_string()), ..later(&session, 3) };
    let moved = class.teacher().sessions().reschedule_session(request.clone()).await.answer();
    let expected = Session {
        planned_start: request.planned_start,
        planned_end: request.planned_end,
        location_id: elsewhere.id.to_string(),
        is_adjusted: true,
        ..session_message(&session)
    };
    assert_eq!(moved, expected);
    assert_eq!(get(&class.student(0).at(1), session.id).await, expected);
    // The same again changes nothing.
    assert_eq!(class.admin().sessions().reschedule_session(request).await.answer(), expected);
    let rows = class.admin().rest().get("/api/v1/audit?action=session.rescheduled").await.answer();
    let rows = rows["audit_rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["detail"]["reason"], "the bus is late");
    assert_eq!(rows[0]["detail"]["from"]["location_id"], json!(class.college.location.id));
    assert_eq!(rows[0]["detail"]["to"]["location_id"], json!(elsewhere.id));
    // It is started then, and there.
    let start = rollcall_proto::v1::StartSessionRequest { id: moved.id.clone(), ..Default::default() };
    assert_eq!(class.teacher().sessions().start_session(start.clone()).await.refused().reason, "START_WINDOW");
    class.world.advance(3 * 3600).await;
    let here = Some(class.college.north(0.0));
    let there = Some(class.college.north(300.0));
    let at = |position| rollcall_proto::v1::StartSessionRequest { position, ..start.clone() };
    assert_eq!(class.teacher().sessions().start_session(at(here)).await.refused().reason, "OUTSIDE_GEOFENCE");
    class.teacher().sessions().start_session(at(there)).await.answer();
}

async fn leave_nobody_in_two_sessions(kind: Kind) {
    let mut college = College::new("riverside", 0);
    let free = college.another_person("free", Role::Teacher);
    let room = college.another_location("Room 102", 300.0);
    let division = college.other_division.id;
    let (own, hall, first) = (free.id, room.id, division);
    let (other_teacher, other_hall, other_division) =
        (college.other_teacher.id, college.location.id, college.division.id);
    let mut make = |teacher: Uuid, location: Uuid, division: Uuid, hours: i64, state| {
        college.another_session(state);
        let session = college.more.sessions.last_mut().expect("the session");
        (session.teacher_id, session.location_id, session.division_id) = (teacher, location, division);
        session.planned_start += TimeDelta::hours(hours);
        session.planned_end += TimeDelta::hours(hours);
        session.clone()
    };
    // In three hours; and sessions that share one of its parts, on other days.
    let there = make(own, hall, first, 3, seed::State::Scheduled);
    let cases = [
        (make(own, other_hall, other_division, 24, seed::State::Scheduled), "teacher"),
        (make(other_teacher, hall, other_division, 48, seed::State::Scheduled), "location"),
        (make(other_teacher, other_hall, first, 72, seed::State::Scheduled), "division"),
        (make(own, hall, first, 96, seed::State::Scheduled), "teacher,location,division"),
    ];
    let none = make(other_teacher, other_hall, other_division, 120, seed::State::Scheduled);
    // What is over or cancelled is in nobody's way.
    make(other_teacher, other_hall, other_division, 3, seed::State::Cancelled);
    let class = Class::of(Plan::new(kind), college).await;
    let admin = class.admin();
    let to = |session: &SeedSession, minutes: i64| RescheduleSessionRequest {
        id: session.id.to_string(),
        planned_start: Some(timestamp(there.planned_start + TimeDelta::minutes(minutes))),
        planned_end: Some(timestamp(there.planned_end + TimeDelta::minutes(minutes))),
        ..Default::default()
    };
    for (session, shared) in &cases {
        for minutes in [-59, 0, 59] {
            let refusal = admin.sessions().reschedule_session(to(session, minutes)).await.refused();
            assert_eq!(refusal.kind(), (Code::AlreadyExists, "SESSION_CONFLICT"), "{shared} {minutes}");
            let told = (refusal.told("session_id").to_owned(), refusal.told("shared"));
            assert_eq!(told, (there.id.to_string(), *shared), "{minutes}");
        }
        assert_eq!(get(&admin, session.id).await, session_message(session), "nothing has changed");
    }
    // Before and after it there is room, and beside it for those who share nothing.
    admin.sessions().reschedule_session(to(&cases[0].0, 60)).await.answer();
    admin.sessions().reschedule_session(to(&cases[1].0, -60)).await.answer();
    let beside = admin.sessions().reschedule_session(to(&none, 0)).await.answer();
    // A new teacher must be free as well.
    let refusal = hand_over(&admin, none.id, free.id).await.refused();
    assert_eq!((refusal.kind().1, refusal.told("shared")), ("SESSION_CONFLICT", "teacher"));
    assert_eq!(get(&admin, none.id).await, beside);
}

async fn refuse_what_cannot_be(kind: Kind) {
    let (mut college, foreign) = (College::new("riverside", 1), College::new("hillside", 0));
    let states = [seed::State::Completed, seed::State::Cancelled];
    let over = states.map(|state| college.another_session(state));
    let scheduled = college.another_session(seed::State::Scheduled);
    let gone = college.another_person("gone", Role::Teacher);
    college.more.users.last_mut().expect("the person").is_active = false;
    let world = Plan::new(kind).start(&[&college, &foreign]).await;
    let class = Class { world, college };
    let admin = class.admin();
    for session in &over {
        let refusal = hand_over(&admin, session.id, class.college.other_teacher.id).await.refused();
        assert_eq!((refusal.kind().1, refusal.told("allowed")), ("ILLEGAL_TRANSITION", "SCHEDULED,ACTIVE"));
        let refusal = admin.sessions().reschedule_session(later(session, 3)).await.refused();
        assert_eq!((refusal.kind().1, refusal.told("allowed")), ("ILLEGAL_TRANSITION", "SCHEDULED"));
    }
    // What runs keeps its time.
    let refusal = admin.sessions().reschedule_session(later(&class.college.session, 3)).await.refused();
    assert_eq!((refusal.kind().1, refusal.told("state")), ("ILLEGAL_TRANSITION", "ACTIVE"));
    let students = class.college.students[0].id;
    for nobody in [students, gone.id, class.college.admin.id, foreign.teacher.id, Uuid::now_v7()] {
        let refusal = hand_over(&admin, scheduled.id, nobody).await.refused();
        assert_eq!((refusal.kind().1, refusal.told("resource")), ("NOT_FOUND", "teacher"));
    }
    for nowhere in [foreign.location.id, Uuid::now_v7()] {
        let request = RescheduleSessionRequest { location_id: Some(nowhere.to_string()), ..later(&scheduled, 3) };
        let refusal = admin.sessions().reschedule_session(request).await.refused();
        assert_eq!((refusal.kind().1, refusal.told("resource")), ("NOT_FOUND", "location"));
    }
    let good = later(&scheduled, 3);
    let start = time(good.planned_start);
    for (request, field) in [
        (later(&scheduled, -3), "planned_start"),
        (RescheduleSessionRequest { planned_start: None, ..good.clone() }, "planned_start"),
        (RescheduleSessionRequest { planned_end: None, ..good.clone() }, "planned_end"),
        (RescheduleSessionRequest { planned_end: good.planned_start, ..good.clone() }, "planned_end"),
        (
            RescheduleSessionRequest {
                planned_end: Some(timestamp(start + TimeDelta::seconds(86_401))),
                ..good.clone()
            },
            "planned_end",
        ),
        (RescheduleSessionRequest { location_id: Some("room".to_owned()), ..good.clone() }, "location_id"),
        (RescheduleSessionRequest { reason: "r".repeat(501), ..good }, "reason"),
    ] {
        let refusal = admin.sessions().reschedule_session(request).await.refused();
        assert_eq!((refusal.kind().1, refusal.violations[0].0.as_str()), ("INVALID_FIELD", field));
    }
    let after = get(&admin, scheduled.id).await;
    assert_eq!((after.state, &after), (State::Scheduled as i32, &session_message(&scheduled)));
}
