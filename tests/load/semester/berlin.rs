//! Wall time in Berlin, by the rule of the European Union and without the time zone database, which the server uses: summer
//! time from 01:00 UTC of the last Sunday in March to 01:00 UTC of the last Sunday in October.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

pub const ZONE: &str = "Europe/Berlin";

/// The instant at which the clocks show this. A wall time that comes twice is the first of the two.
pub fn at(day: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
    let local = day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).expect("a time of day"));
    let (begins, ends) = summer(day.year(), 2, 3);
    (local - TimeDelta::hours(if begins <= local && local < ends { 2 } else { 1 })).and_utc()
}

/// The day on which an instant is.
pub fn day_of(at: DateTime<Utc>) -> NaiveDate {
    let utc = at.naive_utc();
    let (begins, ends) = summer(utc.year(), 1, 1);
    (utc + TimeDelta::hours(if begins <= utc && utc < ends { 2 } else { 1 })).date()
}

/// From when until when summer time holds, each by the hour of its Sunday.
fn summer(year: i32, begins: u32, ends: u32) -> (NaiveDateTime, NaiveDateTime) {
    let hour = |month, hour| last_sunday(year, month).and_hms_opt(hour, 0, 0).expect("a time");
    (hour(3, begins), hour(10, ends))
}

/// Of a month with 31 days.
fn last_sunday(year: i32, month: u32) -> NaiveDate {
    let last = NaiveDate::from_ymd_opt(year, month, 31).expect("a day");
    last - Days::new(last.weekday().num_days_from_sunday().into())
}
