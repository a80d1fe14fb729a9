//! `load crossing`: the work of `tests/it/crossing.rs`, with more people and for longer.

use std::time::Duration;

use rollcall_tests::{Kind, crossing, world::Plan};

use crate::args::Crossing;

const REPLICAS: usize = 2;

/// Lets them work, prints what they did, and fails if anything crossed or what was due was refused.
pub async fn run(options: &Crossing, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let colleges = crossing::twins(usize::try_from(options.students)?);
    let work = async {
        let plan = Plan::new(Kind::POSTGRES_REDIS).replicas(REPLICAS);
        let world = plan.start(&[&colleges[0], &colleges[1]]).await;
        crossing::run(&world, &colleges, REPLICAS, Duration::from_secs(options.seconds)).await
    };
    let figures = tokio::select! {
        figures = work => figures,
        error = stopped => return Err(error),
    };
    println!("{figures}");
    anyhow::ensure!(figures.crossings.is_empty(), "{} crossings", figures.crossings.len());
    anyhow::ensure!(figures.failures.is_empty(), "{} failures", figures.failures.len());
    anyhow::ensure!(figures.check_ins.iter().all(|&count| count > 0), "nobody was checked in");
    Ok(())
}
