//! StartSession, EndSession, CancelSession: which step leads where.

use std::time::Instant;

use futures_util::future::join_all;
use rollcall_proto::v1::{
    CancelSessionRequest, EndSessionRequest, GetSessionRequest, Session, StartSessionRequest,
    attendance_record::Status, session,
};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal,
    actor::Actor,
    college::{College, session_message},
    in_every_world, on_both_stores,
    record::time,
    seed::State,
    world::Plan,
};
use tonic::Code;

in_every_world!(follow_the_states, happen_once, cancelling_marks_nobody_absent);
on_both_stores!(marks_500_absent);

#[derive(Clone, Copy, Debug)]
enum Step {
    Start,
    End,
    Cancel,
}

async fn take(actor: &Actor, step: Step, id: String) -> Result<tonic::Response<Session>, tonic::Status> {
    let mut sessions = actor.sessions();
    match step {
        Step::Start => sessions.start_session(StartSessionRequest { id, ..Default::default() }).await,
        Step::End => sessions.end_session(EndSessionRequest { id }).await,
        Step::Cancel => sessions.cancel_session(CancelSessionRequest { id, reason: "rain".to_owned() }).await,
    }
}

async fn follow_the_states(kind: Kind) {
    let states = [State::Scheduled, State::Active, State::Completed, State::Cancelled];
    let names = ["SCHEDULED", "ACTIVE", "COMPLETED", "CANCELLED"];
    let steps = [
        (Step::Start, "ACTIVE", session::State::Active),
        (Step::End, "COMPLETED", session::State::Completed),
        (Step::Cancel, "CANCELLED", session::State::Cancelled),
    ];
    let mut college = College::new("riverside", 0);
    let cells: Vec<_> = (0..states.len())
        .flat_map(|state| steps.map(|step| (state, step)))
        .map(|(state, step)| (college.another_session(states[state]), names[state], step))
        .collect();
    let class = Class::of(Plan::new(kind), college).await;

    for (seeded, from, (step, wanted, target)) in cells {
        let result = take(&class.teacher(), step, seeded.id.to_string()).await;
        let before = session_message(&seeded);
        let legal =
            matches!((from, step), ("SCHEDULED", Step::Start | Step::Cancel) | ("ACTIVE", Step::End | Step::Cancel));
        let after = if legal {
            let session = result.answer();
            let starts = matches!(step, Step::Start);
            assert!(
                (class.world.clock().now() - time(if starts { session.started_at } else { session.ended_at }))
                    .num_seconds()
                    < 5
            );
            assert_eq!(
                session,
                Session {
                    state: target as i32,
                    started_at: if starts { session.started_at } else { before.started_at },
                    ended_at: if starts { None } else { session.ended_at },
                    cancel_reason: if matches!(step, Step::Cancel) { "rain".to_owned() } else { String::new() },
                    start_adherence: if starts { session::Adherence::OnTime.into() } else { 0 },
                    start_offset_seconds: if starts { session.start_offset_seconds } else { None },
                    end_reason: if starts { 0 } else { session::EndReason::Teacher.into() },
                    ..before
                }
            );
            session
        } else {
            let refusal = result.refused();
            assert_eq!(
                refusal,
                Refusal {
                    code: Code::FailedPrecondition,
                    reason: "ILLEGAL_TRANSITION".to_owned(),
                    message: refusal.message.clone(),
                    metadata: [("state", from), ("wanted", wanted)]
                        .map(|(key, value)| (key.to_owned(), value.to_owned()))
                        .into(),
                    violations: Vec::new(),
                    retry_after: None,
                },
                "{from} {step:?}"
            );
            before
        };
        let request = GetSessionRequest { id: seeded.id.to_string() };
        assert_eq!(class.teacher().sessions().get_session(request).await.answer(), after, "{from} {step:?}");
    }
}

async fn happen_once(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let planned = college.another_session(State::Scheduled).id;
    let class = Class::of(Plan::new(kind).replicas(2), college).await;
    for (step, id) in [(Step::Start, planned), (Step::End, class.session_id())] {
        let racers = (0..32).map(|number| {
            let teacher = class.teacher().at(number % 2).on_own_line();
            async move { take(&teacher, step, id.to_string()).await }
        });
        let (winners, losers): (Vec<_>, Vec<_>) = join_all(racers).await.into_iter().partition(Result::is_ok);
        assert_eq!(winners.len(), 1, "{step:?}");
        for loser in losers {
            assert_eq!(loser.refused().kind(), (Code::FailedPrecondition, "ILLEGAL_TRANSITION"), "{step:?}");
        }
    }
    assert_eq!(class.records().await.len(), 1, "one is absent, once");
}

/// It is to take less than 200 ms on a machine that does nothing else; how long it took is printed.
async fn marks_500_absent(kind: Kind) {
    let class = Class::open(kind, 500).await;
    let record = class.check_in(0).await;
    let begun = Instant::now();
    take(&class.teacher(), Step::End, class.session_id().to_string()).await.answer();
    println!("{kind:?}: the end of a session of 500 took {:?}", begun.elapsed());
    let records = class.records().await;
    assert_eq!(records.len(), 500);
    assert!(records.contains(&record));
    assert_eq!(records.iter().filter(|record| record.status() == Status::Absent).count(), 499);
}

async fn cancelling_marks_nobody_absent(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let record = class.check_in(0).await;
    take(&class.teacher(), Step::Cancel, class.session_id().to_string()).await.answer();
    assert_eq!(class.records().await, [record]);
}
