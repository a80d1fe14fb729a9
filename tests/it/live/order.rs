//! Many change a session at once, and views of it are lost and taken up again, here and there: nobody misses a change, or is
//! told one twice, or in another order.

use std::collections::{BTreeMap, HashSet};

use futures_util::future::join_all;
use rand::RngExt as _;
use rollcall_proto::v1::{
    AttendanceEvent, EndSessionRequest, UpdateRecordRequest,
    attendance_event::Change,
    attendance_record::Status::{Absent, Excused, Present},
    session::State,
};
use rollcall_tests::{
    Answer as _, Class, Kind, class, college::College, in_every_world, kind::Store, live::Watch, world::Plan,
};

in_every_world!(holds_under_concurrency_and_reconnects);

const PRESENT: usize = 24;
const ABSENT: usize = 3;
const VIEWS: usize = 8;
/// Every third of those who are there is excused afterwards.
const CORRECTED: usize = 3;

async fn holds_under_concurrency_and_reconnects(kind: Kind) {
    let replicas = if kind.store == Store::Postgres { 2 } else { 1 };
    let college = College::new("riverside", PRESENT + ABSENT);
    let class = Class::of(Plan::new(kind).replicas(replicas), college).await;
    let views = join_all((0..VIEWS).map(|_| follow(&class, replicas)));
    let ((), views) = tokio::join!(change(&class, replicas), views);

    let truth: BTreeMap<String, i32> =
        class.records().await.into_iter().map(|record| (record.id, record.status)).collect();
    assert_eq!(truth.len(), PRESENT + ABSENT);
    let order = |view: &[AttendanceEvent]| -> Vec<String> {
        let versions = view.iter().filter_map(version);
        versions.filter(|(id, _)| truth[id] == i32::from(Present)).map(|(id, _)| id).collect()
    };
    for view in &views {
        let versions: Vec<(String, i32)> = view.iter().filter_map(version).collect();
        let distinct: HashSet<_> = versions.iter().collect();
        assert_eq!(distinct.len(), versions.len(), "a change came twice: {versions:?}");
        // In their order, so that what came last is what holds.
        assert_eq!(versions.into_iter().collect::<BTreeMap<_, _>>(), truth);
        assert_eq!(order(view), order(&views[0]), "two views saw the same check-ins in another order");
        let states = view.iter().filter_map(|event| match &event.change {
            Some(Change::Session(session)) => Some(session.state()),
            _ => None,
        });
        assert_eq!(states.collect::<Vec<_>>(), [State::Active, State::Completed]);
        let counts = view.last().and_then(|event| event.counts).expect("counts with the last event");
        let of = |status| truth.values().filter(|&&it| it == i32::from(status)).count();
        let seen = [counts.present, counts.excused, counts.absent, counts.expected];
        let due = [of(Present), of(Excused), of(Absent), PRESENT + ABSENT];
        assert_eq!(seen.map(|count| usize::try_from(count).expect("a count")), due);
    }
}

/// Everybody checks in at once, some are corrected at once, and then it ends.
async fn change(class: &Class, replicas: usize) {
    let code = class.code().await.code;
    let records = join_all((0..PRESENT).map(async |student| {
        let request = class::request(class.session_id(), &code, class.college.north(0.0));
        class.student(student).at(student % replicas).check_ins().check_in(request).await.answer()
    }))
    .await;
    join_all(records.iter().step_by(CORRECTED).enumerate().map(async |(number, record)| {
        let request =
            UpdateRecordRequest { id: record.id.clone(), status: Excused.into(), reason: "called away".to_owned() };
        class.teacher().at(number % replicas).records().update_record(request).await.answer();
    }))
    .await;
    let end = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(end).await.answer();
}

/// Watches until the end, and drops the connection again and again: what came after the last token is not counted as received.
async fn follow(class: &Class, replicas: usize) -> Vec<AttendanceEvent> {
    let mut seen: Vec<AttendanceEvent> = Vec::new();
    let mut token = String::new();
    loop {
        let replica = rand::rng().random_range(0..replicas);
        let mut watch = Watch::open(&class.teacher().at(replica), class.session_id(), &token).await;
        // Check-ins that were committed together have one token, so that a view must sometimes live for all of them.
        for _ in 0..rand::rng().random_range(1..=2 * PRESENT) {
            match watch.next().await.expect("an event") {
                Some(event) => seen.push(event),
                None => return seen,
            }
        }
        while seen.last().is_some_and(|event| event.resume_token.is_empty()) {
            seen.pop();
        }
        token = watch.resume_token;
    }
}

/// Which record, and what it says.
fn version(event: &AttendanceEvent) -> Option<(String, i32)> {
    match &event.change {
        Some(Change::Record(record)) => Some((record.id.clone(), record.status)),
        _ => None,
    }
}
