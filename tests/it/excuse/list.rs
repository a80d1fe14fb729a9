//! ListExcuses.

use rollcall_proto::v1::{Excuse, ListExcusesRequest, decide_excuse_request::Decision, excuse::Status};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, on_both_stores, seed::State, world::Plan,
};
use tonic::Code;

use super::{ask, decide};

on_both_stores!(each_sees_their_own);

async fn all(actor: &Actor, mut request: ListExcusesRequest) -> Vec<Excuse> {
    let mut listed = Vec::new();
    loop {
        let page = actor.excuses().list_excuses(request.clone()).await.answer();
        listed.extend(page.excuses);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return listed;
        }
    }
}

async fn each_sees_their_own(kind: Kind) {
    let mut college = College::new("riverside", 2);
    let mut theirs = college.another_session(State::Active);
    theirs.teacher_id = college.other_teacher.id;
    *college.more.sessions.last_mut().expect("the session") = theirs.clone();
    let foreign = College::new("hillside", 1);
    let class = Class { world: Plan::new(kind).start(&[&college, &foreign]).await, college };
    let mut made = Vec::new();
    for session in [class.session_id(), theirs.id] {
        for student in [0, 1] {
            made.insert(0, ask(&class.student(student), session).await);
        }
    }
    made[3] = decide(&class.teacher(), &made[3].id, Decision::Approve).await.answer();
    for page_size in [0, 1, 3] {
        let request = ListExcusesRequest { page_size, ..Default::default() };
        assert_eq!(all(&class.admin(), request.clone()).await, made, "the latest first, in pages of {page_size}");
        assert_eq!(all(&class.teacher(), request.clone()).await, made[2..]);
        assert_eq!(all(&class.other_teacher(), request.clone()).await, made[..2]);
        assert_eq!(all(&class.student(0), request.clone()).await, [made[1].clone(), made[3].clone()]);
        assert_eq!(all(&class.world.actor(&foreign.admin), request).await, []);
    }
    let of_session = ListExcusesRequest { session_id: Some(theirs.id.to_string()), ..Default::default() };
    assert_eq!(all(&class.admin(), of_session.clone()).await, made[..2]);
    assert_eq!(all(&class.teacher(), of_session).await, [], "of another teacher's session there are none");
    let student = class.college.students[1].id.to_string();
    let of_student = ListExcusesRequest { student_id: Some(student), ..Default::default() };
    assert_eq!(all(&class.admin(), of_student.clone()).await, [made[0].clone(), made[2].clone()]);
    assert_eq!(all(&class.student(0), of_student).await, []);
    let approved = ListExcusesRequest { status: Status::Approved.into(), ..Default::default() };
    assert_eq!(all(&class.admin(), approved).await, [made[3].clone()]);

    let first = ListExcusesRequest { page_size: 1, ..Default::default() };
    let page_token = class.admin().excuses().list_excuses(first).await.answer().next_page_token;
    let stolen = ListExcusesRequest { page_size: 1, page_token, ..Default::default() };
    let refusal = class.teacher().excuses().list_excuses(stolen).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
}
