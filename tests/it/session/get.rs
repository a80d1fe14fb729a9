//! GetSession.

use rollcall_proto::v1::GetSessionRequest;
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::{College, session_message},
    on_both_stores,
    seed::State,
    world::Plan,
};

on_both_stores!(gives_a_session_in_any_state);

async fn gives_a_session_in_any_state(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let mut sessions: Vec<_> = [State::Scheduled, State::Completed, State::Cancelled]
        .into_iter()
        .map(|state| college.another_session(state))
        .collect();
    sessions.push(college.session.clone());
    let class = Class::of(Plan::new(kind), college).await;
    for session in &sessions {
        for actor in [class.student(0), class.teacher(), class.admin()] {
            let request = GetSessionRequest { id: session.id.to_string() };
            assert_eq!(actor.sessions().get_session(request).await.answer(), session_message(session));
        }
    }
}
