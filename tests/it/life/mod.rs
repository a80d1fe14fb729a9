//! Random walks through the life of a session, each held against a plain model of it: what every call answers, and what the
//! records say in the end. What disagrees is shortened to the fewest steps that still do.
//!
//! ROLLCALL_WALKS is how many walks each test takes, of which there are sixteen; 125 where nothing is said.

mod model;
mod walk;

use proptest::{
    prelude::{Just, Strategy, any, prop_oneof},
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};
use rollcall_proto::v1::{CancelSessionRequest, attendance_record::Status};
use rollcall_tests::{Answer as _, Class, Kind, in_every_world};

use model::{STUDENTS, Step, Which};
use walk::Walk;

in_every_world!(follows_the_model, follows_it_on_other_walks, follows_it_on_still_others, follows_it_on_the_last);

const WALKS: u32 = 125;
const LONGEST: usize = 24;

fn step() -> impl Strategy<Value = Step> {
    let which = || prop_oneof![3 => Just(Which::Original), 2 => Just(Which::Makeup)];
    let student = || 0..STUDENTS;
    let status = || prop_oneof![Just(Status::Present), Just(Status::Late), Just(Status::Absent), Just(Status::Excused)];
    prop_oneof![
        4 => which().prop_map(Step::Start),
        6 => (which(), student()).prop_map(|(which, student)| Step::CheckIn(which, student)),
        2 => (which(), student(), status()).prop_map(|(which, student, status)| Step::Mark(which, student, status)),
        2 => (which(), student(), status()).prop_map(|(which, student, status)| Step::Correct(which, student, status)),
        3 => (which(), student()).prop_map(|(which, student)| Step::Ask(which, student)),
        3 => (which(), student(), any::<bool>()).prop_map(|(which, student, yes)| Step::Decide(which, student, yes)),
        3 => which().prop_map(Step::End),
        1 => which().prop_map(Step::Cancel),
        4 => Just(Step::BookMakeup),
    ]
}

async fn follows_the_model(kind: Kind) {
    walk_at_random(kind, 1).await;
}

async fn follows_it_on_other_walks(kind: Kind) {
    walk_at_random(kind, 2).await;
}

async fn follows_it_on_still_others(kind: Kind) {
    walk_at_random(kind, 3).await;
}

async fn follows_it_on_the_last(kind: Kind) {
    walk_at_random(kind, 4).await;
}

async fn walk_at_random(kind: Kind, seed: u8) {
    let class = Class::open(kind, STUDENTS).await;
    // Its teacher and its room are to be free.
    let running = CancelSessionRequest { id: class.session_id().to_string(), reason: "rain".to_owned() };
    class.teacher().sessions().cancel_session(running).await.answer();
    let walks = std::env::var("ROLLCALL_WALKS").map_or(WALKS, |text| text.parse().expect("a number of walks"));
    let handle = tokio::runtime::Handle::current();
    let done = tokio::task::spawn_blocking(move || {
        let config = Config { cases: walks, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
        // The same walks in every run and every world: what fails here fails everywhere.
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
        runner.run(&proptest::collection::vec(step(), 1..LONGEST), |steps| {
            handle.block_on(async {
                let mut walk = Walk::begin(&class).await;
                for step in steps {
                    walk.take(step).await.map_err(TestCaseError::fail)?;
                }
                walk.end().await.map_err(TestCaseError::fail)
            })
        })
    });
    if let Err(disagreement) = done.await.expect("the walks end") {
        panic!("{disagreement}");
    }
}
