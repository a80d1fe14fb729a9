//! `load positions`: honest people and intruders check in by positions that are as wrong as their phones say. How often they are
//! accepted, flagged and refused without a policy, and whether the server judges each as a sum of this tool's own does. What rules that
//! ask for more make of hundreds of thousands of positions, `server/src/checkin/positions_tests.rs` says.

mod sum;

use std::{collections::BTreeMap, f64::consts::TAU};

use futures_util::{StreamExt as _, stream};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use rollcall_proto::v1::{CheckInRequest, GetCurrentCodeRequest, Position, attendance_record::Flag};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal,
    class::request,
    college::{College, METERS_A_DEGREE},
    seed::{SeedSession, State},
    world::Plan,
};

use crate::{
    args::{Database, Positions},
    wilson::wilson,
};
use sum::Verdict;

const RADII: [f64; 3] = [30.0, 50.0, 100.0];
const ACCURACIES: [f64; 4] = [5.0, 12.5, 25.0, 50.0];
const AT_ONCE: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Honest,
    FromMiddle,
    FromEdge,
}

/// One check-in: at which place, whose it is, by which student, and the position, in metres east and north of the middle.
struct Trial {
    place: usize,
    who: Who,
    student: usize,
    accuracy: f64,
    at: (f64, f64),
}

/// How many were judged how.
#[derive(Clone, Copy, Debug, Default)]
struct Count([u32; 3]);

/// Lets them check in, prints how that went, and fails where the server and the sum disagree.
pub async fn run(options: &Positions, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
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
        let sessions = RADII.map(|radius| place(&mut college, radius));
        let class = Class::of(Plan::new(kind), college).await;
        let (class, sessions) = (&class, &sessions);
        stream::iter(&trials)
            .map(|trial| async move { (trial, check_in(class, &sessions[trial.place], trial).await) })
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<_>>()
            .await
    };
    let answers = tokio::select! {
        answers = work => answers,
        error = stopped => return Err(error),
    };
    let (mut counts, mut differ, mut close) = (BTreeMap::<(Who, usize), Count>::new(), 0, 0);
    for (trial, answer) in &answers {
        let told = match answer {
            Ok(flags) if flags.contains(&(Flag::Uncertain as i32)) => Verdict::Uncertain,
            Ok(_) => Verdict::Inside,
            Err(refusal) if refusal.reason == "OUTSIDE_GEOFENCE" => Verdict::Outside,
            Err(refusal) => anyhow::bail!("{refusal:?}"),
        };
        counts.entry((trial.who, trial.place)).or_default().0[told as usize] += 1;
        let distance = trial.at.0.hypot(trial.at.1);
        match sum::judge(RADII[trial.place], distance, trial.accuracy) {
            Some(expected) if expected != told => {
                differ += 1;
                eprintln!("{distance} m, radius {} m, accuracy {} m: {told:?}", RADII[trial.place], trial.accuracy);
            }
            Some(_) => {}
            None => close += 1,
        }
    }
    println!("accepted, flagged, refused without a policy, with Wilson's bounds of 95 %:");
    for ((who, place), Count(count)) in &counts {
        let all = count.iter().sum();
        let rate = |count: u32| {
            let (low, high) = wilson(count, all);
            let rate = 100.0 * f64::from(count) / f64::from(all);
            format!("{rate:>6.2} % [{:.2} %, {:.2} %]", 100.0 * low, 100.0 * high)
        };
        let [inside, uncertain, outside] = count.map(rate);
        println!("{:<10} {:>4} m, {all:>5}: {inside}  {uncertain}  {outside}", format!("{who:?}"), RADII[*place]);
    }
    println!(
        "{} check-ins, {close} too close to a bound for the sum to tell, {differ} judged differently",
        answers.len()
    );
    anyhow::ensure!(differ == 0, "{differ} positions are judged differently");
    Ok(())
}

fn plan(options: &Positions, dice: &mut StdRng) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (number, who) in [Who::Honest, Who::FromMiddle, Who::FromEdge].into_iter().enumerate() {
        for (place, radius) in RADII.into_iter().enumerate() {
            for trial in 0..options.trials as usize {
                let distance = match who {
                    Who::Honest => radius * dice.random::<f64>().sqrt(),
                    Who::FromMiddle => 80.0,
                    Who::FromEdge => radius + 80.0,
                };
                // Who is nearer to the middle than the edge is no intruder.
                if who == Who::FromMiddle && distance < radius {
                    continue;
                }
                let accuracy = ACCURACIES[trial % ACCURACIES.len()];
                let (a, b, bearing) = (dice.random::<f64>(), TAU * dice.random::<f64>(), TAU * dice.random::<f64>());
                let wrong = sum::deviation(accuracy) * (-2.0 * (1.0 - a).ln()).sqrt();
                let at = (distance * bearing.cos() + wrong * b.cos(), distance * bearing.sin() + wrong * b.sin());
                // The same student may have a record in each of the sessions.
                let student = number * options.trials as usize + trial;
                trials.push(Trial { place, who, student, accuracy, at });
            }
        }
    }
    trials
}

/// A session that runs at a place of this radius, far from the other ones.
fn place(college: &mut College, radius_meters: f64) -> SeedSession {
    let location = college.another_location(&format!("{radius_meters} m"), 1_000.0 * radius_meters);
    if let Some(made) = college.more.locations.last_mut() {
        made.radius_meters = radius_meters;
    }
    college.another_session(State::Active);
    let session = college.more.sessions.last_mut().expect("the session");
    session.location_id = location.id;
    session.clone()
}

async fn check_in(class: &Class, session: &SeedSession, trial: &Trial) -> Result<Vec<i32>, Refusal> {
    let locations = &class.college.more.locations;
    let middle = locations.iter().find(|location| location.id == session.location_id).expect("the place");
    let (east, north) = trial.at;
    // A degree of longitude at the latitude of the place, on a sphere: right to a thousandth of what is walked.
    let position = Position {
        latitude: Some(middle.latitude + north / METERS_A_DEGREE),
        longitude: Some(middle.longitude + east / sum::meters_of_longitude(middle.latitude)),
        accuracy_meters: Some(trial.accuracy),
        mocked: false,
    };
    let code = GetCurrentCodeRequest {
        location_id: session.location_id.to_string(),
        session_id: Some(session.id.to_string()),
    };
    let code = class.teacher().codes().get_current_code(code).await.answer().code;
    let request: CheckInRequest = request(session.id, &code, position);
    let answer = class.student(trial.student).check_ins().check_in(request).await;
    answer.map(|record| record.into_inner().flags).map_err(|status| Refusal::from(&status))
}
