//! Who is told what.

use chrono::TimeDelta;
use rollcall_proto::v1::{
    BookMakeupRequest, ChangeTeacherRequest, RescheduleSessionRequest, notification::Kind as About,
};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, in_every_world, on_both_stores, record::timestamp, seed::State,
    world::Plan,
};

use super::{cancel, end, kinds, list, start, told};

in_every_world!(each_is_told_once_of_what_concerns_them);
on_both_stores!(
    changes_are_told_to_old_and_new_teachers,
    a_makeup_session_is_told_to_whoever_is_to_come,
    a_class_of_500_is_told
);

async fn each_is_told_once_of_what_concerns_them(kind: Kind) {
    let (mut college, foreign) = (College::new("riverside", 3), College::new("hillside", 1));
    let (coming, dropped) = (college.another_session(State::Scheduled), college.another_session(State::Scheduled));
    let world = Plan::new(kind).start(&[&college, &foreign]).await;
    let class = Class { world, college };
    let (teacher, admin) = (class.teacher(), class.admin());
    class.check_in(0).await;
    end(&teacher, class.session_id()).await;
    told(&class.student(1), 1).await;
    start(&teacher, coming.id).await;
    told(&class.student(1), 2).await;
    cancel(&admin, dropped.id, "pipes burst").await;

    for student in [1, 2] {
        let told = told(&class.student(student), 3).await;
        assert_eq!(kinds(&told), [About::SessionCancelled, About::SessionStarted, About::Absence], "{told:?}");
        let sessions: Vec<_> = told.iter().map(|told| told.session_id.clone()).collect();
        assert_eq!(sessions, [dropped.id, coming.id, class.session_id()].map(|id| id.to_string()));
        assert_eq!(told[0].title, "Rust is cancelled");
        assert!(told[0].body.ends_with("(Asia/Kolkata), Room 101. Reason: pipes burst"), "{}", told[0].body);
        assert!(told.iter().all(|told| told.read_at.is_none() && told.created_at.is_some()));
    }
    // Who was there was not absent, who did it knows it, and who does not come need not know.
    let present = told(&class.student(0), 2).await;
    assert_eq!(kinds(&present), [About::SessionCancelled, About::SessionStarted]);
    let taught = told(&teacher, 1).await;
    assert_eq!(kinds(&taught), [About::SessionCancelled], "the administrator cancelled it");
    for nobody in [class.stranger(), class.other_teacher(), admin] {
        assert_eq!(list(&nobody).await, []);
    }
    for person in [&foreign.admin, &foreign.teacher, &foreign.students[0]] {
        assert_eq!(list(&class.world.actor(person)).await, [], "another college");
    }
}

async fn changes_are_told_to_old_and_new_teachers(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let planned = college.another_session(State::Scheduled);
    let class = Class::of(Plan::new(kind), college).await;
    let later = planned.planned_start + TimeDelta::days(7);
    let request = RescheduleSessionRequest {
        id: planned.id.to_string(),
        planned_start: Some(timestamp(later)),
        planned_end: Some(timestamp(later + TimeDelta::hours(1))),
        reason: "a fair".to_owned(),
        ..Default::default()
    };
    class.admin().sessions().reschedule_session(request).await.answer();
    let moved = told(&class.student(0), 1).await;
    assert_eq!(moved[0].title, "Rust has another time");
    assert!(moved[0].body.ends_with("Room 101. Reason: a fair"), "{}", moved[0].body);
    told(&class.teacher(), 1).await;

    let request = ChangeTeacherRequest {
        id: planned.id.to_string(),
        teacher_id: class.college.other_teacher.id.to_string(),
        ..Default::default()
    };
    class.admin().sessions().change_teacher(request).await.answer();
    for (person, count) in [(class.student(0), 2), (class.teacher(), 2), (class.other_teacher(), 1)] {
        let told = told(&person, count).await;
        assert_eq!(told[0].title, "Rust has another teacher", "{told:?}");
        assert_eq!(told.len(), count);
    }
}

async fn a_class_of_500_is_told(kind: Kind) {
    let class = Class::open(kind, 500).await;
    end(&class.teacher(), class.session_id()).await;
    told(&class.student(499), 1).await;
    // They are told together, in one transaction.
    let rows = class.world.rows().await;
    let counted = rows.number("SELECT count(*) AS n FROM notifications WHERE kind = 'ABSENCE' AND seq = 1").await;
    assert_eq!(counted, 500);
}

async fn a_makeup_session_is_told_to_whoever_is_to_come(kind: Kind) {
    let class = Class::open(kind, 2).await;
    class.check_in(0).await;
    end(&class.teacher(), class.session_id()).await;
    told(&class.student(1), 1).await;
    let start = class.world.clock().now() + TimeDelta::days(1);
    let request = BookMakeupRequest {
        id: class.session_id().to_string(),
        planned_start: Some(timestamp(start)),
        planned_end: Some(timestamp(start + TimeDelta::hours(1))),
        ..Default::default()
    };
    let makeup = class.admin().sessions().book_makeup(request).await.answer();
    let student = told(&class.student(1), 2).await;
    assert_eq!(kinds(&student), [About::MakeupBooked, About::Absence]);
    assert_eq!((student[0].session_id.as_str(), student[0].title.as_str()), (makeup.id.as_str(), "Rust is made up"));
    assert_eq!(kinds(&told(&class.teacher(), 1).await), [About::MakeupBooked]);
    assert_eq!(list(&class.student(0)).await, [], "who was there owes nothing");
}
