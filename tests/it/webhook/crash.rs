//! kill -9 between the commit and the delivery.

use std::collections::HashSet;

use rollcall_tests::{Class, Kind, college::College, in_every_world, receiver::Receiver, seed::State};

use super::{cancel, create, plan};

in_every_world!(nothing_is_lost_and_repeats_can_be_told);

async fn nothing_is_lost_and_repeats_can_be_told(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let sessions: Vec<_> = (0..6).map(|_| college.another_session(State::Scheduled).id).collect();
    let mut class = Class::of(plan(kind), college).await;
    let receiver = Receiver::start().await;
    let made = create(&class.admin(), &receiver.url("/")).await;
    for session in &sessions {
        cancel(&class.teacher(), *session).await;
    }
    class.world.kill(0).await;
    class.world.resume(0).await;
    // What was taken already comes again when its lease ends.
    class.world.advance(61).await;
    let got = rollcall_tests::until::until("every event has come", async || {
        let got = receiver.deliveries();
        let ids: HashSet<String> = got.iter().map(|delivery| delivery.id().to_owned()).collect();
        (ids.len() == sessions.len()).then_some(got)
    })
    .await;
    let told: HashSet<String> = got
        .iter()
        .map(|delivery| {
            delivery.verify_at_any_time(&made.secret)["data"]["session_id"].as_str().expect("an id").to_owned()
        })
        .collect();
    assert_eq!(told, sessions.iter().map(ToString::to_string).collect());
}
