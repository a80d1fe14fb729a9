//! The table that is printed, and what must hold for it to mean anything.

use std::fmt::Write as _;

use super::{Findings, hours::Read};
use crate::{
    args::Punches,
    closed_loop::Answers,
    figures::{optional, quantile},
    school::millis,
    usage::Cpu,
};

/// What one way of sending was measured at.
pub struct Phase {
    pub name: &'static str,
    /// What of pgbench's rate it is asked to reach.
    pub target: Option<f64>,
    pub acknowledged: usize,
    pub answers: Answers,
    pub cpu: Cpu,
    /// Punches that it brought into the database.
    pub rows: i64,
}

impl Phase {
    fn per_second(&self) -> f64 {
        self.acknowledged as f64 / self.answers.took.as_secs_f64()
    }

    /// CPU for each punch, in microseconds.
    fn micros(&self, seconds: f64) -> f64 {
        seconds * 1e6 / self.acknowledged.max(1) as f64
    }

    /// How many processors a share of the time is.
    fn busy(&self, seconds: f64) -> String {
        format!("{:.2}", seconds / self.answers.took.as_secs_f64())
    }
}

/// Every acknowledged punch is a row, every row was acknowledged, none was refused, and days count all INs.
pub fn check(findings: &Findings) -> anyhow::Result<()> {
    for Phase { name, acknowledged, answers, rows, .. } in &findings.phases {
        let failed: u64 = answers.failures.values().sum();
        let complaints = &findings.complaints;
        anyhow::ensure!(failed == 0, "{name}: {failed} calls failed: {:?}\n{complaints}", answers.failures);
        anyhow::ensure!(
            usize::try_from(*rows).ok() == Some(*acknowledged),
            "{name}: {rows} rows for {acknowledged} acknowledged punches"
        );
    }
    let (stored, counted) = findings.ins;
    anyhow::ensure!(stored == counted, "days count {counted} INs of {stored}");
    Ok(())
}

/// One column for each way of sending, and below it a row for each kind of question.
pub fn table(options: &Punches, findings: &Findings) -> String {
    let mut table = format!(
        "\n{} employees, PostgreSQL; {} connections one by one, {} with lists of {}, one with a stream of such lists\n\n",
        options.employees, options.connections, options.bulk_connections, options.list
    );
    let mut row = |name: &str, figure: &dyn Fn(&Phase) -> String| {
        _ = write!(table, "{name:<44}");
        for phase in &findings.phases {
            _ = write!(table, "{:>14}", figure(phase));
        }
        table.push('\n');
    };
    row("", &|phase| phase.name.to_owned());
    row("punches acknowledged", &|phase| phase.acknowledged.to_string());
    row("rows in the database", &|phase| phase.rows.to_string());
    row("failed calls", &|phase| phase.answers.failures.values().sum::<u64>().to_string());
    row("seconds", &|phase| format!("{:.2}", phase.answers.took.as_secs_f64()));
    row("punches/s", &|phase| format!("{:.0}", phase.per_second()));
    if let [before, after] = &findings.inserts[..] {
        let mean = f64::midpoint(before.per_second, after.per_second);
        row("pgbench: bare inserts/s, before", &|_| format!("{:.0}", before.per_second));
        row("pgbench: bare inserts/s, after", &|_| format!("{:.0}", after.per_second));
        row("ratio to pgbench's mean", &|phase| format!("{:.2}", phase.per_second() / mean));
        row("asked for", &|phase| {
            phase.target.map_or_else(
                || "-".to_owned(),
                |target| {
                    let word = if phase.per_second() / mean >= target { "met" } else { "missed" };
                    format!("≥ {target}, {word}")
                },
            )
        });
        row("ratio of CPU, bare insert to punch", &|phase| {
            let known = before.postgres_micros.zip(after.postgres_micros);
            known.map_or_else(
                || "-".to_owned(),
                |(first, second)| {
                    let bare = (first + second + before.pgbench_micros + after.pgbench_micros) / 2.0;
                    format!("{:.2}", bare / phase.micros(phase.cpu.own()))
                },
            )
        });
        row("bytes of a row, punch / pgbench", &|_| format!("{} / {}", findings.row_bytes, before.row_bytes));
        row("CPU of PostgreSQL per bare insert, µs", &|_| optional(before.postgres_micros));
        row("processors busy by others, pgbench's runs", &|_| {
            format!("{:.2} / {:.2}", before.others_busy, after.others_busy)
        });
    }
    for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)] {
        row(&format!("latency of a call {name}, ms"), &|phase| {
            let latencies = &phase.answers.latencies;
            let known = Some(quantile(latencies, share).as_secs_f64() * 1e3).filter(|_| !latencies.is_empty());
            optional(known)
        });
    }
    row("CPU of the server per punch, µs", &|phase| format!("{:.1}", phase.micros(phase.cpu.server)));
    row("CPU of PostgreSQL per punch, µs", &|phase| {
        optional(findings.postgres_is_known.then(|| phase.micros(phase.cpu.postgres)))
    });
    row("CPU of the generator per punch, µs", &|phase| format!("{:.1}", phase.micros(phase.cpu.generator)));
    row("processors busy: server", &|phase| phase.busy(phase.cpu.server));
    row("processors busy: PostgreSQL", &|phase| phase.busy(phase.cpu.postgres));
    row("processors busy: generator", &|phase| phase.busy(phase.cpu.generator));
    row("processors busy: others", &|phase| phase.busy(phase.cpu.others()));
    _ = writeln!(table, "punches in a batch, sent one by one, mean: {}", optional(findings.mean_batch));
    _ = writeln!(
        table,
        "resident memory of the server: {:.1} MiB idle, {:.1} MiB at most",
        findings.idle_mib, findings.peak_mib
    );
    _ = writeln!(table, "until all days were settled after the stream: {:.1} s\n", findings.backlog.as_secs_f64());
    _ = writeln!(
        table,
        "{:<26}{:>8}{:>10}{:>10}{:>18}{:>22}",
        "hours of", "rows", "p50, ms", "p95, ms", "first read, ms", "employees to settle"
    );
    for Read { name, unsettled, first, took, rows } in &findings.reads {
        let (p50, p95, first) = (millis(took, 0.5), millis(took, 0.95), first.as_secs_f64() * 1e3);
        _ = writeln!(table, "{name:<26}{rows:>8}{p50:>10.1}{p95:>10.1}{first:>18.1}{unsettled:>22}");
    }
    table
}
