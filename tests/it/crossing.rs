//! Two colleges in which everybody and everything has the same name, on two replicas: nothing of the one is told to the
//! other. `load crossing` does the same for longer.

use std::time::Duration;

use rollcall_tests::{Kind, crossing, on_postgres, world::Plan};

on_postgres!(nothing_crosses);

const REPLICAS: usize = 2;

async fn nothing_crosses(kind: Kind) {
    let colleges = crossing::twins(4);
    let world = Plan::new(kind).replicas(REPLICAS).start(&[&colleges[0], &colleges[1]]).await;
    let figures = crossing::run(&world, &colleges, REPLICAS, Duration::from_secs(4)).await;
    assert!(figures.crossings.is_empty() && figures.failures.is_empty(), "{figures}");
    let work = [figures.logins, figures.foreign_codes, figures.foreign_objects];
    let all = work.iter().chain(&figures.check_ins).chain(&figures.events);
    assert!(all.into_iter().all(|&count| count > 0), "{figures}");
}
