//! Who is enrolled in a division on a day.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::store::CacheKey;

/// The students of a division on a day of the college's calendar.
pub struct Roster {
    pub college_id: Uuid,
    pub division_id: Uuid,
    pub day: NaiveDate,
}

impl CacheKey for Roster {
    type Value = HashSet<Uuid>;

    const KIND: &'static str = "roster";

    fn college_id(&self) -> Uuid {
        self.college_id
    }

    fn name(&self) -> String {
        format!("{}:{}", self.division_id, self.day)
    }
}

/// The day that an instant falls on, by a college's wall clock. A zone that is not known is UTC; it was checked when it was
/// set.
pub fn day_in(time_zone: &str, at: DateTime<Utc>) -> NaiveDate {
    let zone: chrono_tz::Tz = time_zone.parse().unwrap_or(chrono_tz::UTC);
    at.with_timezone(&zone).date_naive()
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
        ];
        for (zone, time, day) in table {
            assert_eq!(day_in(zone, at(time)).to_string(), day, "{zone} {time}");
        }
    }
}
