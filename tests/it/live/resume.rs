//! A lost connection costs nothing: each change comes once and in order, before and after.

use rollcall_proto::v1::{AttendanceEvent, EndSessionRequest, WatchAttendanceRequest, attendance_event::Change};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, in_every_world, in_one_world, live::Watch, on_postgres, until::soon,
    world::Plan,
};

in_every_world!(shows_what_was_before, continues_after_each_event);
on_postgres!(crosses_replicas);
in_one_world!(gives_signs_of_life);

async fn shows_what_was_before(kind: Kind) {
    let class = Class::open(kind, 3).await;
    let before = [class.check_in(0).await, class.check_in(1).await];
    let mut watch = class.watch().await;
    watch.session().await;
    assert_eq!(watch.records(2).await, before);
    let after = class.check_in(2).await;
    assert_eq!(watch.record().await, after);
}

async fn continues_after_each_event(kind: Kind) {
    let class = Class::open(kind, 4).await;
    for student in 0..3 {
        class.check_in(student).await;
    }
    let end = EndSessionRequest { id: class.session_id().to_string() };
    let ended = class.teacher().sessions().end_session(end).await.answer();

    let mut watch = class.watch().await;
    let mut whole: Vec<AttendanceEvent> = Vec::new();
    while let Some(event) = watch.next().await.expect("an event") {
        whole.push(event);
    }
    assert_eq!(whole.len(), 5, "the session, three present, one absent: {whole:?}");
    let sessions: Vec<&AttendanceEvent> =
        whole.iter().filter(|event| matches!(event.change, Some(Change::Session(_)))).collect();
    assert_eq!(sessions.len(), 1, "the session as it is, once");
    assert_eq!(sessions[0].change, Some(Change::Session(ended)));
    assert!(!whole[4].resume_token.is_empty(), "after the last one there is nothing left to come");

    // Whoever lost the connection after the event with this token gets what came after it, and nothing twice.
    for (number, event) in whole.iter().enumerate().filter(|(_, event)| !event.resume_token.is_empty()) {
        let mut again = Watch::open(&class.teacher(), class.session_id(), &event.resume_token).await;
        let due: Vec<Change> = whole[number + 1..].iter().filter_map(|event| event.change.clone()).collect();
        assert_eq!(again.rest().await, due, "after event {number}");
    }
}

async fn crosses_replicas(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 6)).await;
    let teacher = class.teacher();
    let mut watches = [
        Watch::open(&teacher.at(0), class.session_id(), "").await,
        Watch::open(&teacher.at(1), class.session_id(), "").await,
    ];
    for watch in &mut watches {
        watch.session().await;
    }
    for student in 0..6 {
        let request = class.request().await;
        let record = class.student(student).at(student % 2).check_ins().check_in(request).await.answer();
        for watch in &mut watches {
            assert_eq!(watch.record().await, record);
        }
    }
    // A view that was lost on one replica continues on the other.
    let mut moved = Watch::open(&teacher.at(0), class.session_id(), &watches[1].resume_token).await;
    let end = EndSessionRequest { id: class.session_id().to_string() };
    let ended = teacher.at(1).sessions().end_session(end).await.answer();
    let changes: Vec<Change> = moved.rest().await;
    assert_eq!(changes.last(), Some(&Change::Session(ended.clone())));
    for watch in &mut watches {
        assert_eq!(watch.rest().await, [Change::Session(ended.clone())]);
    }
}

async fn gives_signs_of_life(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let request = WatchAttendanceRequest { session_id: class.session_id().to_string(), resume_token: String::new() };
    let mut stream = class.teacher().live().watch_attendance(request).await.answer();
    soon("the session comes", stream.message()).await.expect("an event").expect("an event");
    let sign = soon("a sign of life comes within 15 s", stream.message()).await.expect("an event").expect("an event");
    assert_eq!(sign.change, None);
    // It can be continued from, too.
    let record = class.check_in(0).await;
    let mut again = Watch::open(&class.teacher(), class.session_id(), &sign.resume_token).await;
    assert_eq!(again.record().await, record);
}
