//! `load geodesic`: asks the server of points in and around fences all over the earth whether they are inside, and holds each answer
//! against GeographicLib.

mod fences;

use std::{fmt::Write as _, path::Path, time::Instant};

use anyhow::Context as _;
use futures_util::{StreamExt as _, stream};
use rand::{SeedableRng as _, rngs::StdRng};
use rollcall_proto::v1::ValidatePointRequest;
use rollcall_tests::{Answer as _, Class, Kind, college::College, world::Plan};
use serde::Deserialize;

use crate::args::{Database, Geodesic};
use fences::Fence;

/// Of both kinds together.
const FENCES: usize = 400;
const AT_ONCE: usize = 64;

/// What GeographicLib made of the answers about one kind of fence.
#[derive(Debug, Deserialize)]
struct Count {
    points: u64,
    inside: u64,
    /// Within half a metre of an edge.
    near: u64,
    near_differ: u64,
    /// Farther from it.
    differ: u64,
    /// How far apart the two saw an edge, at most.
    most: f64,
}

#[derive(Debug, Deserialize)]
struct Counts {
    circle: Count,
    polygon: Count,
}

/// Asks, prints the counts, and fails where the two disagree farther than half a metre from an edge.
pub async fn run(options: &Geodesic, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let seed_number = options.seed_number.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    println!("--seed-number {seed_number}");
    let mut dice = StdRng::seed_from_u64(seed_number);
    let fences: Vec<Fence> = (0..FENCES).map(|number| Fence::at(number, FENCES, &mut dice)).collect();
    let kind = match options.database {
        Database::Postgres => Kind::POSTGRES_MEMORY,
        Database::Sqlite => Kind::SQLITE_MEMORY,
    };
    let folder = tempfile::Builder::new().prefix("rollcall-load-").tempdir()?;
    let work = async {
        let answers = ask(options, kind, &fences, &mut dice).await;
        std::fs::write(folder.path().join("fences.json"), serde_json::to_vec(&fences)?)?;
        std::fs::write(folder.path().join("answers"), answers)?;
        judge(folder.path()).await
    };
    let counts = tokio::select! {
        counts = work => counts?,
        error = stopped => return Err(error),
    };
    for (name, count) in [("circles", &counts.circle), ("polygons", &counts.polygon)] {
        println!(
            "{name}: {} points, {} inside; {} within 0.5 m of an edge, {} of them disagreed on; {} of the others; edges seen at most {:.4} m apart",
            count.points, count.inside, count.near, count.near_differ, count.differ, count.most
        );
    }
    let differ = counts.circle.differ + counts.polygon.differ;
    anyhow::ensure!(differ == 0, "{differ} points farther than 0.5 m from an edge are judged differently");
    Ok(())
}

/// A line for each point: the fence's number, longitude, latitude, whether it is inside, and how far the edge is.
async fn ask(options: &Geodesic, kind: Kind, fences: &[Fence], dice: &mut StdRng) -> String {
    let mut college = College::new("riverside", 1);
    let locations = fences.iter().enumerate().map(|(number, fence)| fence.location(number, &college));
    college.more.locations = locations.collect();
    let ids: Vec<String> = college.more.locations.iter().map(|location| location.id.to_string()).collect();
    let class = Class::of(Plan::new(kind), college).await;
    let points: Vec<(usize, [f64; 2])> = (0..options.points as usize)
        .map(|number| (number % fences.len(), fences[number % fences.len()].point(dice)))
        .collect();
    let client = class.student(0).geofences();
    let (client, ids, begun) = (&client, &ids, Instant::now());
    let answers: Vec<String> = stream::iter(points)
        .map(|(number, [longitude, latitude])| async move {
            let request = ValidatePointRequest { lat: Some(latitude), lon: Some(longitude) };
            let told = client.clone().validate_point(request).await.answer();
            assert_eq!(told.location_id, ids[number], "no other fence is near {longitude} {latitude}");
            let inside = u8::from(told.inside);
            format!("{number} {longitude} {latitude} {inside} {}", told.edge_distance_meters)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    println!("{} points asked about in {:.0?}", answers.len(), begun.elapsed());
    answers.into_iter().fold(String::new(), |mut lines, answer| {
        _ = writeln!(lines, "{answer}");
        lines
    })
}

async fn judge(folder: &Path) -> anyhow::Result<Counts> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = tokio::process::Command::new(tests.join("clients/venv"));
    command.arg(tests.join("load/geodesic/requirements.txt")).kill_on_drop(true);
    let output = command.output().await.with_context(|| format!("starting {command:?}"))?;
    anyhow::ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let venv = String::from_utf8(output.stdout)?;
    let mut command = tokio::process::Command::new(Path::new(venv.trim_end()).join("bin/python"));
    command.arg(tests.join("load/geodesic/judge.py")).args([folder.join("fences.json"), folder.join("answers")]);
    let output = command.kill_on_drop(true).output().await?;
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    anyhow::ensure!(output.status.success(), "{command:?} failed");
    Ok(serde_json::from_slice(&output.stdout)?)
}
