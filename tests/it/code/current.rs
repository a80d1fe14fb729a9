//! GetCurrentCode.

use chrono::TimeDelta;
use rollcall_proto::v1::{Code, GetCurrentCodeRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, in_every_world, on_postgres, record::time, seed::State, world::Plan,
};
use tonic::Code as Status;

in_every_world!(changes_with_the_step, names_the_session_that_is_meant);
on_postgres!(is_the_same_on_every_replica);

const INTERVAL: i64 = 25;

fn at(class: &Class) -> GetCurrentCodeRequest {
    GetCurrentCodeRequest { location_id: class.college.location.id.to_string(), session_id: None }
}

async fn changes_with_the_step(kind: Kind) {
    let class = Class::open(kind, 0).await;
    class.world.align(INTERVAL).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        let now = class.world.clock().now().timestamp();
        let code = class.code().await;
        assert_eq!(time(code.issued_at).timestamp(), now - now % INTERVAL);
        assert_eq!(time(code.expires_at) - time(code.issued_at), TimeDelta::seconds(INTERVAL));
        assert!(code.code.len() <= 64 && code.code.is_ascii(), "{code:?}");
        assert_eq!(class.code().await, code, "within the step it stays");
        assert!(!seen.contains(&code.code), "{code:?}");
        seen.push(code.code);
        class.world.advance(INTERVAL).await;
    }
}

async fn names_the_session_that_is_meant(kind: Kind) {
    let mut college = College::new("riverside", 0);
    let scheduled = college.another_session(State::Scheduled);
    // At the same place, somebody else teaches too.
    let mut theirs = college.another_session(State::Active);
    theirs.teacher_id = college.other_teacher.id;
    *college.more.sessions.last_mut().expect("the session") = theirs.clone();
    let empty = college.another_location("Room 102", 300.0);
    let class = Class::of(Plan::new(kind), college).await;
    class.world.align(INTERVAL).await;

    let own: Code = class.teacher().codes().get_current_code(at(&class)).await.answer();
    assert_eq!(own, class.code().await);
    let other = class.other_teacher().codes().get_current_code(at(&class)).await.answer();
    assert_eq!(other.session_id, theirs.id.to_string());
    assert_ne!(other.code, own.code);

    let refusal = class.admin().codes().get_current_code(at(&class)).await.refused();
    assert_eq!(refusal.kind(), (Status::FailedPrecondition, "SESSION_AMBIGUOUS"));
    let mut told: Vec<String> = refusal.told("session_ids").split(',').map(ToOwned::to_owned).collect();
    let mut both = vec![class.session_id().to_string(), theirs.id.to_string()];
    told.sort();
    both.sort();
    assert_eq!(told, both);

    let of_theirs = GetCurrentCodeRequest { session_id: Some(theirs.id.to_string()), ..at(&class) };
    assert_eq!(class.admin().codes().get_current_code(of_theirs.clone()).await.answer(), other);
    let refusal = class.teacher().codes().get_current_code(of_theirs).await.refused();
    assert_eq!(refusal.kind(), (Status::PermissionDenied, "NOT_YOUR_SESSION"));
    let not_running = GetCurrentCodeRequest { session_id: Some(scheduled.id.to_string()), ..at(&class) };
    let refusal = class.teacher().codes().get_current_code(not_running).await.refused();
    assert_eq!(refusal.kind(), (Status::FailedPrecondition, "SESSION_NOT_ACTIVE"));
    assert_eq!(refusal.told("state"), "SCHEDULED");
    let nothing_there = GetCurrentCodeRequest { location_id: empty.id.to_string(), session_id: None };
    let refusal = class.admin().codes().get_current_code(nothing_there).await.refused();
    assert_eq!(refusal.code, Status::FailedPrecondition, "{refusal:?}");
    // A session is held at its own place, whoever asks for it at another.
    let elsewhere = GetCurrentCodeRequest { location_id: empty.id.to_string(), session_id: Some(own.session_id) };
    for actor in [class.teacher(), class.admin()] {
        let refusal = actor.codes().get_current_code(elsewhere.clone()).await.refused();
        assert_eq!(refusal.kind(), (Status::NotFound, "NOT_FOUND"));
        assert_eq!(refusal.told("resource"), "session");
    }
}

async fn is_the_same_on_every_replica(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 1)).await;
    class.world.align(INTERVAL).await;
    let [one, two] = [0, 1].map(|replica| class.teacher().at(replica));
    let first = one.codes().get_current_code(at(&class)).await.answer();
    assert_eq!(two.codes().get_current_code(at(&class)).await.answer(), first);
}
