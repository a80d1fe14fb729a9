//! When a punch was, as its sender says it: an instant and the offset of the clock that it was read from.

use chrono::{DateTime, NaiveDateTime, Offset as _, SubsecRound as _, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;

/// Before then nothing of this kind was.
const FIRST: DateTime<Utc> = DateTime::from_timestamp(946_684_800, 0).expect("it is 2000-01-01");
/// Clocks of terminals go wrong; one that is a day ahead is not to be believed.
const AHEAD: TimeDelta = TimeDelta::days(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// To the microsecond that databases keep.
    pub at: DateTime<Utc>,
    /// East of Greenwich.
    pub offset_seconds: i32,
}

impl Instant {
    /// Reads ISO 8601 with an offset.
    pub fn read(text: &str, now: DateTime<Utc>) -> Result<Self, &'static str> {
        let read =
            DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
        let Ok(read) = read else {
            let is_naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").is_ok();
            return Err(match is_naive {
                true => "must end with its offset from UTC, such as +05:30 or Z",
                false => "must be a time in ISO 8601 with its offset from UTC, such as 2026-03-02T08:58:30+05:30",
            });
        };
        if read.nanosecond() >= 1_000_000_000 {
            return Err("must have seconds from 00 to 59");
        }
        let at = read.with_timezone(&Utc).trunc_subsecs(6);
        if at < FIRST {
            return Err("must not be before 2000-01-01");
        }
        if at > now + AHEAD {
            return Err("must not be more than a day ahead");
        }
        Ok(Self { at, offset_seconds: read.offset().local_minus_utc() })
    }

    /// Whether clocks in a zone had this offset then.
    pub fn fits(self, zone: Tz) -> bool {
        self.at.with_timezone(&zone).offset().fix().local_minus_utc() == self.offset_seconds
    }
}

/// What the clock on the wall showed.
pub fn wall_time(at: DateTime<Utc>, offset_seconds: i32) -> String {
    (at.naive_utc() + TimeDelta::seconds(offset_seconds.into())).format("%Y-%m-%dT%H:%M:%S%.f").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-03-02T12:00:00Z".parse().expect("it is a time")
    }

    #[test]
    fn a_time_has_an_offset_and_is_of_these_years() {
        let utc = |text: &str| text.parse::<DateTime<Utc>>().expect("it is a time");
        let table = [
            ("2026-03-02T08:58:30+05:30", "2026-03-02T03:28:30Z", 19_800),
            ("2026-03-02T08:58:30+0530", "2026-03-02T03:28:30Z", 19_800),
            ("2026-03-02T08:58:30Z", "2026-03-02T08:58:30Z", 0),
            ("2026-03-02T08:58:30.1234567-03:30", "2026-03-02T12:28:30.123456Z", -12_600),
            ("2000-01-01T00:00:00Z", "2000-01-01T00:00:00Z", 0),
            ("2026-03-03T12:00:00Z", "2026-03-03T12:00:00Z", 0),
        ];
        for (text, at, offset_seconds) in table {
            assert_eq!(Instant::read(text, now()), Ok(Instant { at: utc(at), offset_seconds }), "{text}");
        }
        for (text, word) in [
            ("2026-03-02T08:58:30", "offset"),
            ("2026-03-02", "ISO 8601"),
            ("yesterday", "ISO 8601"),
            ("", "ISO 8601"),
            ("2026-02-30T08:00:00Z", "ISO 8601"),
            ("2026-03-02T24:00:00Z", "ISO 8601"),
            ("2026-03-01T23:59:60Z", "00 to 59"),
            ("1999-12-31T23:59:59Z", "2000-01-01"),
            ("2026-03-03T12:00:01Z", "a day ahead"),
            ("9999-12-31T23:59:59Z", "a day ahead"),
        ] {
            let fault = Instant::read(text, now()).expect_err(text);
            assert!(fault.contains(word), "{text}: {fault}");
        }
    }

    #[test]
    fn an_offset_is_one_that_the_zone_had_then() {
        let fits = |text, zone: Tz| Instant::read(text, now()).expect("it is a time").fits(zone);
        assert!(fits("2026-01-15T08:00:00+01:00", Tz::Europe__Berlin));
        assert!(!fits("2026-01-15T08:00:00+02:00", Tz::Europe__Berlin));
        assert!(fits("2025-07-15T08:00:00+02:00", Tz::Europe__Berlin));
        assert!(fits("2025-10-26T02:30:00+02:00", Tz::Europe__Berlin), "the first time that it is half past two");
        assert!(fits("2025-10-26T02:30:00+01:00", Tz::Europe__Berlin), "the second time");
    }

    #[test]
    fn a_wall_shows_what_its_offset_makes_of_an_instant() {
        let at = now();
        assert_eq!(wall_time(at, 19_800), "2026-03-02T17:30:00");
        assert_eq!(wall_time(at + TimeDelta::microseconds(1500), -43_200), "2026-03-02T00:00:00.001500");
    }
}
