//! LOW_ATTENDANCE: below what the college wants, and once in a while.

use http::Method;
use rollcall_proto::v1::notification::Kind as About;
use rollcall_tests::{
    Answer as _, Class, Kind, class::request, college::College, mail::Line, on_both_stores, seed::State, world::Plan,
};
use serde_json::json;

use super::{end, told};

on_both_stores!(is_told_below_what_the_college_wants);

async fn is_told_below_what_the_college_wants(kind: Kind) {
    let mut college = College::new("riverside", 2);
    let mut sessions = vec![college.session.id];
    sessions.extend((0..6).map(|_| college.another_session(State::Active).id));
    let class = Class::of(Plan::new(kind).mail(Line::Plain), college).await;
    let rest = class.admin().rest();
    let patch = rest.request(Method::PATCH, "/api/v1/college").json(&json!({"low_attendance_percent": 50}));
    rest.send(patch).await.answer();
    let path = format!("/api/v1/users/{}/guardians", class.college.students[1].id);
    rest.send(rest.request(Method::PUT, &path).json(&json!({"emails": ["home@home.example"]}))).await.answer();

    let mut absences = 0;
    for (number, session) in sessions.into_iter().enumerate() {
        // The first is always there. The other comes three times and then stays away: 50 % after six, 42 % after seven.
        for student in 0..2 {
            if student == 0 || number < 3 {
                let code = class.code_of(session).await.code;
                let request = request(session, &code, class.college.north(0.0));
                class.student(student).check_ins().check_in(request).await.answer();
            }
        }
        end(&class.teacher(), session).await;
        absences += usize::from(number >= 3);
        told(&class.student(1), absences).await;
    }
    let told = told(&class.student(1), 5).await;
    let low: Vec<_> = told.iter().filter(|told| told.kind() == About::LowAttendance).collect();
    assert_eq!(low.len(), 1, "{told:?}");
    assert_eq!(low[0].title, "Your attendance is 42 %");
    assert!(super::list(&class.student(0)).await.is_empty());
    class.world.advance(10 * 60 + 1).await;
    let mail = class.world.mail();
    let mut subjects: Vec<_> = Vec::new();
    for number in 1..=5 {
        subjects.push(mail.message("home@home.example", number).await.subject);
    }
    assert_eq!(
        subjects.iter().filter(|subject| subject.ends_with("attendance of student001")).count(),
        1,
        "{subjects:?}"
    );
}
