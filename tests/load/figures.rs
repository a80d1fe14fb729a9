//! The table that is printed, and what must hold for it to mean anything.

use std::{fmt::Write as _, time::Duration};

use crate::{
    args::{CheckIn, Database, Transport},
    closed_loop::Answers,
    pgbench::Inserts,
    usage::Cpu,
};

/// What REST reaches of gRPC's rate, at least.
const REST_TARGET: f64 = 0.8;

/// What one transport was measured at.
pub struct Round {
    pub transport: Transport,
    pub answers: Answers,
    pub cpu: Cpu,
    /// Whether PostgreSQL's processes could be counted.
    pub postgres_is_known: bool,
    pub idle_mib: f64,
    pub peak_mib: f64,
    pub mean_batch: Option<f64>,
    /// Check-ins in the database afterwards.
    pub rows: i64,
    pub row_bytes: Option<i64>,
    /// What the server logged.
    pub complaints: String,
}

impl Round {
    fn acknowledged(&self) -> usize {
        self.answers.latencies.len()
    }

    fn per_second(&self) -> f64 {
        self.acknowledged() as f64 / self.answers.took.as_secs_f64()
    }

    /// CPU for each check-in, in microseconds.
    fn micros(&self, seconds: f64) -> f64 {
        seconds * 1e6 / self.acknowledged().max(1) as f64
    }
}

/// Every acknowledged check-in is a row, every row was acknowledged, and none was refused.
pub fn check(rounds: &[Round]) -> anyhow::Result<()> {
    for round in rounds {
        let name = round.transport.name();
        let failed: u64 = round.answers.failures.values().sum();
        anyhow::ensure!(
            failed == 0,
            "{name}: {failed} check-ins failed: {:?}\n{}",
            round.answers.failures,
            round.complaints
        );
        anyhow::ensure!(
            usize::try_from(round.rows).ok() == Some(round.acknowledged()),
            "{name}: {} rows for {} acknowledged check-ins",
            round.rows,
            round.acknowledged()
        );
    }
    Ok(())
}

/// One column for each round. `inserts` are pgbench's runs before, between and after them.
pub fn table(options: &CheckIn, rounds: &[Round], inserts: &[Inserts]) -> String {
    let store = match options.database {
        Database::Postgres => "PostgreSQL",
        Database::Sqlite => "SQLite",
    };
    let mut table = format!(
        "\n{} sessions, {} students, {store}; {} connections, {} in flight on each of gRPC's\n\n",
        options.sessions, options.students, options.connections, options.in_flight
    );
    let mut row = |name: &str, figure: &dyn Fn(usize, &Round) -> String| {
        _ = write!(table, "{name:<44}");
        for (index, round) in rounds.iter().enumerate() {
            _ = write!(table, "{:>14}", figure(index, round));
        }
        table.push('\n');
    };
    row("", &|_, round| round.transport.name().to_owned());
    row("check-ins acknowledged", &|_, round| round.acknowledged().to_string());
    row("rows in the database", &|_, round| round.rows.to_string());
    row("failed", &|_, round| round.answers.failures.values().sum::<u64>().to_string());
    row("seconds", &|_, round| format!("{:.2}", round.answers.took.as_secs_f64()));
    row("check-ins/s", &|_, round| format!("{:.0}", round.per_second()));
    if inserts.len() > rounds.len() {
        let around = |index: usize| [&inserts[index], &inserts[index + 1]];
        let mean = |index: usize| around(index).map(|run| run.per_second).iter().sum::<f64>() / 2.0;
        row("pgbench: bare inserts/s, before", &|index, _| format!("{:.0}", around(index)[0].per_second));
        row("pgbench: bare inserts/s, after", &|index, _| format!("{:.0}", around(index)[1].per_second));
        row("ratio to pgbench's mean", &|index, round| format!("{:.2}", round.per_second() / mean(index)));
        row("ratio of CPU, bare insert to check-in", &|index, round| {
            let known = around(index)[0].postgres_micros.zip(around(index)[1].postgres_micros);
            known.map_or_else(
                || "-".to_owned(),
                |(before, after)| {
                    let tools = around(index).map(|run| run.pgbench_micros).iter().sum::<f64>();
                    format!("{:.2}", (before + after + tools) / 2.0 / round.micros(round.cpu.own()))
                },
            )
        });
        row("bytes of a row, check-in / pgbench", &|index, round| {
            format!("{} / {}", round.row_bytes.unwrap_or(0), around(index)[0].row_bytes)
        });
        row("CPU of PostgreSQL per bare insert, µs", &|index, _| optional(around(index)[0].postgres_micros));
        row("CPU of pgbench per bare insert, µs", &|index, _| format!("{:.1}", around(index)[0].pgbench_micros));
        row("processors busy by others, pgbench's runs", &|index, _| {
            let [before, after] = around(index).map(|run| run.others_busy);
            format!("{before:.2} / {after:.2}")
        });
    }
    // In one run, so that both meet the same machine; the edge is in the server's process.
    if let Some(grpc) = rounds.iter().find(|round| round.transport == Transport::Grpc)
        && rounds.len() > 1
    {
        row(&format!("ratio to gRPC's rate, REST's to be ≥ {REST_TARGET}"), &|_, round| {
            format!("{:.2}", round.per_second() / grpc.per_second())
        });
        row("ratio of the server's CPU, gRPC's to it", &|_, round| {
            format!("{:.2}", grpc.micros(grpc.cpu.server) / round.micros(round.cpu.server))
        });
    }
    for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)] {
        row(&format!("latency {name}, ms"), &|_, round| {
            format!("{:.2}", quantile(&round.answers.latencies, share).as_secs_f64() * 1e3)
        });
    }
    row("CPU of the server per check-in, µs", &|_, round| format!("{:.0}", round.micros(round.cpu.server)));
    row("CPU of PostgreSQL per check-in, µs", &|_, round| {
        optional(round.postgres_is_known.then(|| round.micros(round.cpu.postgres)))
    });
    row("CPU of the generator per check-in, µs", &|_, round| format!("{:.0}", round.micros(round.cpu.generator)));
    row("processors busy: server", &|_, round| busy(round, round.cpu.server));
    row("processors busy: PostgreSQL", &|_, round| busy(round, round.cpu.postgres));
    row("processors busy: generator", &|_, round| busy(round, round.cpu.generator));
    // The neighbours of a run decide its figures as much as the server does; where they kept a processor busy, the ratio of
    // CPU says more than that of rates. The kernel's own work is in here too.
    row("processors busy: others", &|_, round| busy(round, round.cpu.others()));
    row("resident memory of the server, idle, MiB", &|_, round| format!("{:.1}", round.idle_mib));
    row("resident memory of the server, peak, MiB", &|_, round| format!("{:.1}", round.peak_mib));
    row("check-ins in a batch, mean", &|_, round| optional(round.mean_batch));
    table
}

/// How many processors a share of the time is.
fn busy(round: &Round, seconds: f64) -> String {
    format!("{:.2}", seconds / round.answers.took.as_secs_f64())
}

/// A figure that may not be known.
pub fn optional(figure: Option<f64>) -> String {
    figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.1}"))
}

/// The duration that this share of all lies at or under (the nearest rank).
pub fn quantile(latencies: &[Duration], share: f64) -> Duration {
    let mut sorted = latencies.to_vec();
    sorted.sort_unstable();
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_nearest_rank() {
        let latencies: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        for (share, milliseconds) in [(0.5, 100), (0.95, 190), (0.99, 198), (1.0, 200)] {
            assert_eq!(quantile(&latencies, share), Duration::from_millis(milliseconds), "{share}");
        }
        assert_eq!(quantile(&[], 0.99), Duration::ZERO);
    }
}
