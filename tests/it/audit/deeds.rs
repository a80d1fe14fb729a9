//! What is done leaves a row in the audit, by whom and to what. Of what is refused, a login and a denial do.

use chrono::TimeDelta;
use rollcall_proto::v1::{
    CancelSessionRequest, CreateSessionRequest, EndSessionRequest, LoginRequest, LogoutRequest, StartSessionRequest,
};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, on_both_stores, password::PASSWORD, record::timestamp, seed::State,
    until::until, world::Plan,
};

on_both_stores!(keeps_a_row_of_every_deed);

async fn keeps_a_row_of_every_deed(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let planned = college.another_session(State::Scheduled).id.to_string();
    let class = Class::of(Plan::new(kind), college).await;
    let rows = class.world.rows().await;
    let count =
        async |filter: String| rows.number(&format!("SELECT COUNT(*) AS n FROM audit_rows WHERE {filter}")).await;
    let (teacher, now) = (class.teacher(), class.world.clock().now());

    let request = CreateSessionRequest {
        location_id: class.college.location.id.to_string(),
        division_id: class.college.division.id.to_string(),
        subject: "Thermodynamics".to_owned(),
        planned_start: Some(timestamp(now)),
        planned_end: Some(timestamp(now + TimeDelta::hours(1))),
        ..Default::default()
    };
    let created = teacher.sessions().create_session(request).await.answer().id;
    teacher.sessions().start_session(StartSessionRequest { id: planned.clone(), ..Default::default() }).await.answer();
    teacher.sessions().end_session(EndSessionRequest { id: planned.clone() }).await.answer();
    let cancel = CancelSessionRequest { id: created.clone(), reason: "the pipe burst".to_owned() };
    teacher.sessions().cancel_session(cancel.clone()).await.answer();
    teacher.sessions().cancel_session(cancel).await.refused();
    for (action, id) in [
        ("session.created", &created),
        ("session.started", &planned),
        ("session.ended", &planned),
        ("session.cancelled", &created),
    ] {
        let filter = format!("action = '{action}' AND object_id = '{id}' AND actor_id IS NOT NULL");
        assert_eq!(count(filter).await, 1, "{action}");
    }
    assert_eq!(count("CAST(detail AS TEXT) LIKE '%the pipe burst%'".to_owned()).await, 1);

    let login = LoginRequest {
        email: class.college.students[0].email.clone(),
        password: PASSWORD.to_owned(),
        ..Default::default()
    };
    let (before, refused) = (count("action = 'login'".to_owned()).await, "action = 'login.refused'".to_owned());
    class.world.nobody().auth().login(login.clone()).await.answer();
    assert_eq!(count("action = 'login'".to_owned()).await, before + 1);
    let wrong = LoginRequest { password: "not this one".to_owned(), ..login };
    class.world.nobody().auth().login(wrong).await.refused();
    // Nobody waits for it, so that a known account answers no later than an unknown one.
    until("the refused login is written", async || (count(refused.clone()).await == 1).then_some(())).await;
    class.student(0).auth().logout(LogoutRequest {}).await.answer();
    assert_eq!(count("action = 'logout'".to_owned()).await, 1);
}
