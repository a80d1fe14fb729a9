//! Days by a college's clocks.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// A college's time zone. It was checked when it was set: one that is not known any more is UTC.
pub fn zone(time_zone: &str) -> Tz {
    time_zone.parse().unwrap_or(Tz::UTC)
}

/// The day that an instant falls on.
pub fn day_in(time_zone: &str, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&zone(time_zone)).date_naive()
}

/// When a day begins. Where clocks are put forward at midnight, it begins later.
pub fn begin_of(time_zone: &str, day: NaiveDate) -> DateTime<Utc> {
    let (zone, midnight) = (zone(time_zone), day.and_time(NaiveTime::MIN));
    (0..=3)
        .find_map(|hours| (midnight + TimeDelta::hours(hours)).and_local_timezone(zone).earliest())
        .map_or_else(|| midnight.and_utc(), |begin| begin.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_colleges_own() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("it is a time");
        let table = [
            ("Asia/Kolkata", "2026-03-01T18:29:59Z", "2026-03-01"),
            ("Asia/Kolkata", "2026-03-01T18:30:00Z", "2026-03-02"),
            ("America/New_York", "2026-03-01T04:59:59Z", "2026-02-28"),
            ("UTC", "2026-03-01T18:30:00Z", "2026-03-01"),
            ("Atlantis/Capital", "2026-03-01T18:30:00Z", "2026-03-01"),
        ];
        for (zone, time, day) in table {
            assert_eq!(day_in(zone, at(time)).to_string(), day, "{zone} {time}");
        }
    }
}
