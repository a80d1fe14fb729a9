//! The table that is printed.

use std::fmt::Write as _;

use crate::{
    args::Edge,
    edge::{call::Call, round::Round},
    figures::quantile,
};

/// What the edge's memory may at most be, as a share of Envoy's.
const MEMORY_TARGET: f64 = 0.25;

/// All rounds of one call: the edge's, and those of what it is measured beside.
pub struct Series {
    pub call: Call,
    /// How long the edge's answer is.
    pub bytes: usize,
    pub rounds: [Vec<Round>; 2],
}

/// Resident memory, in MiB.
pub struct Memory {
    pub idle: [f64; 2],
    pub peak: [f64; 2],
    /// What of it is not pages of files, at the end.
    pub own: [f64; 2],
}

/// One column for each proxy.
pub fn table(options: &Edge, names: [&str; 2], all: &[Series], memory: &Memory) -> String {
    let mut table = format!(
        "\n{} connections, {} rounds of {} s each; medians of the rounds\n\n",
        options.connections, options.rounds, options.seconds
    );
    // Beside another edge there is nothing to reach.
    let target = |target: f64, figure: f64| match options.beside {
        None if figure <= target => format!(", to be ≤ {target}: met"),
        None => format!(", to be ≤ {target}: MISSED"),
        Some(_) => String::new(),
    };
    row(&mut table, "", &names.map(str::to_owned));
    for series in all {
        _ = writeln!(table, "\n{}, {} bytes of JSON", series.call.name(), series.bytes);
        let mut figure = |name: &str, digits: usize, figure: &dyn Fn(&Round) -> f64| {
            let each = series.rounds.each_ref();
            let cells = each.map(|rounds| format!("{:.digits$}", median(rounds.iter().map(figure))));
            row(&mut table, name, &cells);
        };
        figure("  requests", 0, &|round| round.latencies.len() as f64);
        figure("  requests/s", 0, &Round::per_second);
        figure("  latency p50, ms", 2, &|round| quantile(&round.latencies, 0.5).as_secs_f64() * 1e3);
        figure("  latency p99, ms", 2, &|round| quantile(&round.latencies, 0.99).as_secs_f64() * 1e3);
        figure("  processors busy: the proxy", 2, &|round| round.cpu / round.took.as_secs_f64());
        figure("  processors busy: others", 2, &|round| round.others / round.took.as_secs_f64());
        figure("  CPU for each request, µs", 1, &Round::micros);
        let [ours, theirs] = &series.rounds;
        let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours.micros() / theirs.micros()).collect();
        let middle = median(ratios.iter().copied());
        let [least, most] = [f64::min, f64::max].map(|pick| ratios.iter().copied().reduce(pick).unwrap_or(f64::NAN));
        let verdict = target(series.call.target(), middle);
        _ = writeln!(table, "  ratio of CPU, min / median / max: {least:.2} / {middle:.2} / {most:.2}{verdict}");
    }
    table.push('\n');
    for (name, [ours, theirs]) in [("idle", memory.idle), ("peak", memory.peak)] {
        let name = format!("resident memory, {name}, MiB");
        row(&mut table, &name, &[ours, theirs].map(|figure| format!("{figure:.1}")));
        let ratio = ours / theirs;
        _ = writeln!(table, "  ratio: {ratio:.2}{}", target(MEMORY_TARGET, ratio));
    }
    row(&mut table, "memory without pages of files, at the end", &memory.own.map(|figure| format!("{figure:.1}")));
    table
}

fn row(table: &mut String, name: &str, cells: &[String; 2]) {
    _ = writeln!(table, "{name:<44}{:>14}{:>14}", cells[0], cells[1]);
}

/// The middle one, or the mean of the two in the middle.
fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = figures.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let (low, high) = (sorted.len().saturating_sub(1) / 2, sorted.len() / 2);
    match (sorted.get(low), sorted.get(high)) {
        (Some(low), Some(high)) => (low + high) / 2.0,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0].into_iter()), 2.5);
        assert!(median(std::iter::empty()).is_nan());
    }
}
