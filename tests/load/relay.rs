//! `load relay`: somebody in the room passes on what the screen shows, and somebody elsewhere checks in with it a while later. How
//! often that works, by how codes rotate, and how often who is honest and slow is sent away. A real server, in real time.

mod counts;
mod screen;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use rollcall_proto::v1::{
    CheckInRequest, CreatePolicyRequest, PolicyRules, WatchCodesRequest,
    evidence::Factor,
    policy::Scope,
    policy_rules::{CodeMode, Requirement},
};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal,
    class::request,
    college::College,
    seed::{SeedSession, State},
    until::until,
    world::Plan,
};

use crate::{
    args::{Database, Relay},
    figures::quantile,
};
use counts::Counts;
use screen::Screen;

/// How long the honest take from the scan until the server hears of it, at most.
const HONEST_SECONDS: f64 = 4.0;
/// How long what is passed on takes.
const RELAYS: [u64; 4] = [2, 5, 10, 20];
/// A challenge takes three; a camera that goes on reading has a fourth to spare.
const SEEN: usize = 4;
/// A screen shows nothing to begin with.
const WARM_UP: Duration = Duration::from_secs(5);
/// Where an answer takes longer, one time of a hundred, it is the machine that is measured.
const TOO_BUSY: Duration = Duration::from_millis(300);
const MODES: [CodeMode; 3] = [CodeMode::Lenient, CodeMode::Strict, CodeMode::Challenge];

/// Whose check-in it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arm {
    Honest,
    /// Passed on, in so many seconds.
    Relayed(u64),
}

/// One check-in: how codes rotate, whose it is, by which student, when they see the screen, and how long after that it is sent.
struct Trial {
    mode: usize,
    arm: Arm,
    student: usize,
    sees_at: Duration,
    way: Duration,
}

/// Lets them check in, prints how often that worked, and fails where something else went wrong.
pub async fn run(options: &Relay, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let seed_number = options.seed_number.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    println!("--seed-number {seed_number}");
    let trials = plan(options, &mut StdRng::seed_from_u64(seed_number));
    let students = trials.iter().map(|trial| trial.student + 1).max().unwrap_or(0);
    let kind = match options.database {
        Database::Postgres => Kind::POSTGRES_MEMORY,
        Database::Sqlite => Kind::SQLITE_MEMORY,
    };
    let work = async {
        let mut college = College::new("riverside", students);
        let sessions: Vec<SeedSession> = MODES.iter().map(|_| college.another_session(State::Active)).collect();
        let class = Class::of(Plan::new(kind), college).await;
        let mut screens = Vec::new();
        for (session, mode) in sessions.iter().zip(MODES) {
            screens.push(open(&class, session, mode).await);
        }
        tokio::time::sleep(WARM_UP).await;
        let (class, sessions, screens, begun) = (&class, &sessions, &screens, Instant::now());
        stream::iter(&trials)
            .map(|trial| async move {
                let answer = check_in(class, &sessions[trial.mode], &screens[trial.mode], trial).await;
                let late = begun.elapsed().saturating_sub(trial.sees_at + trial.way);
                (MODES[trial.mode], trial.arm, answer, late)
            })
            .buffer_unordered(trials.len())
            .collect::<Vec<_>>()
            .await
    };
    let answers = tokio::select! {
        answers = work => answers,
        error = stopped => return Err(error),
    };
    let counts = Counts::of(&answers)?;
    println!("{counts}");
    let late = quantile(&answers.iter().map(|(.., late)| *late).collect::<Vec<_>>(), 0.99);
    println!("from when a check-in was to be sent until its answer: {late:.0?} (p99)");
    anyhow::ensure!(late <= TOO_BUSY, "the machine is too busy for these figures to say anything of the codes");
    Ok(())
}

fn plan(options: &Relay, dice: &mut StdRng) -> Vec<Trial> {
    let arms = [Arm::Honest].into_iter().chain(RELAYS.map(Arm::Relayed));
    let (mut trials, each) = (Vec::new(), options.trials as usize);
    for (number, arm) in arms.enumerate() {
        for mode in 0..MODES.len() {
            for trial in 0..each {
                let way = match arm {
                    Arm::Honest => Duration::from_secs_f64(dice.random_range(0.0..HONEST_SECONDS)),
                    Arm::Relayed(seconds) => Duration::from_secs(seconds),
                };
                let sees_at = Duration::from_secs_f64(dice.random_range(0.0..f64::from(options.seconds)));
                // The same student may have a record in each of the sessions.
                trials.push(Trial { mode, arm, student: number * each + trial, sees_at, way });
            }
        }
    }
    trials
}

/// Has the codes of a session rotate so, and somebody before its screen.
async fn open(class: &Class, session: &SeedSession, mode: CodeMode) -> Arc<Screen> {
    let requirement = |factor: Factor| Requirement { factors: vec![factor.into()] };
    let policy = CreatePolicyRequest {
        scope: Scope::Session.into(),
        scope_id: Some(session.id.to_string()),
        rules: Some(PolicyRules {
            requirements: vec![requirement(Factor::Code), requirement(Factor::Geofence)],
            code_mode: mode.into(),
            ..PolicyRules::default()
        }),
        ..CreatePolicyRequest::default()
    };
    class.admin().policies().create_policy(policy).await.answer();
    let prefix = match mode {
        CodeMode::Strict => "S1",
        CodeMode::Challenge => "C1",
        _ => "R1",
    };
    until("the policy is known", async || class.code_of(session.id).await.code.starts_with(prefix).then_some(())).await;
    let request = WatchCodesRequest {
        location_id: class.college.location.id.to_string(),
        session_id: Some(session.id.to_string()),
    };
    Screen::follow(class.teacher().codes().watch_codes(request).await.answer())
}

async fn check_in(class: &Class, session: &SeedSession, screen: &Screen, trial: &Trial) -> Result<(), Refusal> {
    tokio::time::sleep(trial.sees_at).await;
    let mut seen = screen.newest(SEEN);
    // Who reads one code scans the one that is shown.
    if MODES[trial.mode] != CodeMode::Challenge {
        seen.truncate(1);
    }
    tokio::time::sleep(trial.way).await;
    let request = CheckInRequest { codes: seen, ..request(session.id, "", class.college.north(0.0)) };
    class
        .student(trial.student)
        .check_ins()
        .check_in(request)
        .await
        .map(|_| ())
        .map_err(|status| Refusal::from(&status))
}
