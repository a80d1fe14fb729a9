//! ListSessions.

use std::cmp::Reverse;

use chrono::TimeDelta;
use rollcall_proto::v1::{ListSessionsRequest, ListSessionsResponse, Session, session};
use rollcall_tests::{
    Answer as _, Class, Kind,
    actor::Actor,
    college::{College, session_message},
    on_both_stores,
    seed::{SeedSession, State},
    world::Plan,
};
use tonic::Code;
use uuid::Uuid;

on_both_stores!(pages_and_filters, shows_what_concerns_the_caller, refuses_a_foreign_page_token);

/// Seven sessions, the latest planned first, of which one is completed and one is elsewhere.
fn college() -> (College, Vec<SeedSession>) {
    let mut college = College::new("riverside", 1);
    let elsewhere = college.another_location("Room 102", 300.0);
    let mut sessions = vec![college.session.clone()];
    for number in 1..7 {
        college.another_session(if number == 3 { State::Completed } else { State::Active });
        let session = college.more.sessions.last_mut().expect("the session");
        // Two begin at the same time: the order must hold all the same.
        session.planned_start -= TimeDelta::minutes(10 * (number / 2));
        if number == 5 {
            session.location_id = elsewhere.id;
            session.teacher_id = college.other_teacher.id;
            session.division_id = college.other_division.id;
        }
        sessions.push(session.clone());
    }
    sessions.sort_by_key(|session| Reverse((session.planned_start, session.id)));
    (college, sessions)
}

pub async fn all(actor: &Actor, mut request: ListSessionsRequest) -> Vec<Session> {
    let mut sessions = Vec::new();
    loop {
        let page = actor.sessions().list_sessions(request.clone()).await.answer();
        let full = usize::try_from(request.page_size).expect("a size");
        assert!(full == 0 || page.sessions.len() <= full);
        assert!(page.next_page_token.is_empty() || page.sessions.len() == full, "a page in the middle is full");
        sessions.extend(page.sessions);
        if page.next_page_token.is_empty() {
            return sessions;
        }
        request.page_token = page.next_page_token;
    }
}

async fn pages_and_filters(kind: Kind) {
    let (college, sessions) = college();
    let class = Class::of(Plan::new(kind), college).await;
    let admin = class.admin();
    let expected = |keep: &dyn Fn(&SeedSession) -> bool| -> Vec<Session> {
        sessions.iter().filter(|session| keep(session)).map(session_message).collect()
    };
    for page_size in [0, 1, 2, 3, 7, 500, 100_000] {
        let request = ListSessionsRequest { page_size, ..ListSessionsRequest::default() };
        assert_eq!(all(&admin, request).await, expected(&|_| true), "pages of {page_size}");
    }
    let completed =
        ListSessionsRequest { page_size: 1, state: session::State::Completed as i32, ..ListSessionsRequest::default() };
    assert_eq!(all(&admin, completed).await, expected(&|session| session.state == State::Completed));
    let location = class.college.more.locations[0].id;
    let elsewhere = ListSessionsRequest { location_id: Some(location.to_string()), ..ListSessionsRequest::default() };
    assert_eq!(all(&admin, elsewhere).await, expected(&|session| session.location_id == location));
    let division = class.college.division.id;
    let divided =
        ListSessionsRequest { page_size: 4, division_id: Some(division.to_string()), ..ListSessionsRequest::default() };
    assert_eq!(all(&admin, divided).await, expected(&|session| session.division_id == division));
    let nowhere = ListSessionsRequest { location_id: Some(Uuid::now_v7().to_string()), ..Default::default() };
    assert_eq!(admin.sessions().list_sessions(nowhere).await.answer(), ListSessionsResponse::default());
}

async fn shows_what_concerns_the_caller(kind: Kind) {
    let (college, sessions) = college();
    let class = Class::of(Plan::new(kind), college).await;
    let of = |keep: &dyn Fn(&SeedSession) -> bool| -> Vec<Session> {
        sessions.iter().filter(|session| keep(session)).map(session_message).collect()
    };
    let request = ListSessionsRequest::default;
    let division = class.college.division.id;
    assert_eq!(all(&class.student(0), request()).await, of(&|session| session.division_id == division));
    assert_eq!(all(&class.stranger(), request()).await, []);
    for (actor, teacher) in
        [(class.teacher(), class.college.teacher.id), (class.other_teacher(), class.college.other_teacher.id)]
    {
        assert_eq!(all(&actor, request()).await, of(&|session| session.teacher_id == teacher));
    }
}

async fn refuses_a_foreign_page_token(kind: Kind) {
    let (college, _) = college();
    let class = Class::of(Plan::new(kind), college).await;
    let first = ListSessionsRequest { page_size: 1, ..ListSessionsRequest::default() };
    let token = class.admin().sessions().list_sessions(first.clone()).await.answer().next_page_token;
    assert!(!token.is_empty());
    let mut altered = token.clone().into_bytes();
    let middle = altered.len() / 2;
    altered[middle] = if altered[middle] == b'A' { b'B' } else { b'A' };
    let altered = String::from_utf8(altered).expect("ASCII");
    let with = |page_token: &str| ListSessionsRequest { page_token: page_token.to_owned(), ..first.clone() };
    let cases = [
        (class.admin(), with(&altered), "altered"),
        (class.admin(), with("nonsense"), "made up"),
        (class.teacher(), with(&token), "another caller's"),
        (
            class.admin(),
            ListSessionsRequest { state: session::State::Active as i32, ..with(&token) },
            "another filter's",
        ),
    ];
    for (actor, request, case) in cases {
        let refusal = actor.sessions().list_sessions(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"), "{case}");
    }
    let refusal =
        class.admin().sessions().list_sessions(ListSessionsRequest { page_size: -1, ..first }).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
    assert_eq!(refusal.violations.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["page_size"]);
}
