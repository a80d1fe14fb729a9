//! How long a job that failed waits, and when it is given up.

use chrono::TimeDelta;

/// Tries are twice as far apart each time, up to an hour: all of them take about a day.
pub const MAX_ATTEMPTS: i32 = 30;
const FIRST_SECONDS: f64 = 5.0;
const LONGEST_SECONDS: f64 = 3600.0;

/// How long to wait after so many tries. `chance`, from 0 to 1, spreads jobs that failed together: half as long to half as
/// long again.
pub fn delay(attempts: i32, chance: f64) -> TimeDelta {
    let doubled = FIRST_SECONDS * 2_f64.powi((attempts - 1).clamp(0, 30));
    let seconds = doubled.min(LONGEST_SECONDS) * (0.5 + chance.clamp(0.0, 1.0));
    TimeDelta::milliseconds((seconds * 1000.0) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_further_apart_each_time_up_to_an_hour() {
        let table = [
            (0, 0.5, 5_000),
            (1, 0.0, 2_500),
            (1, 0.5, 5_000),
            (1, 1.0, 7_500),
            (2, 0.5, 10_000),
            (3, 0.5, 20_000),
            (10, 0.5, 2_560_000),
            (11, 0.5, 3_600_000),
            (30, 0.5, 3_600_000),
            (i32::MAX, 1.0, 5_400_000),
        ];
        for (attempts, chance, expected) in table {
            assert_eq!(delay(attempts, chance).num_milliseconds(), expected, "{attempts} {chance}");
        }
        let all: TimeDelta = (1..MAX_ATTEMPTS).map(|attempts| delay(attempts, 0.5)).sum();
        assert!((18..30).contains(&all.num_hours()), "{all}");
    }
}
