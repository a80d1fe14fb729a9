//! The days on which an event that repeats takes place.

use std::{collections::BTreeSet, ops::RangeInclusive};

use chrono::{DateTime, NaiveDate, NaiveTime};
use rrule::{Frequency, RRule, RRuleSet, Tz, Unvalidated};

use super::{Fault, event::Event};

/// More than the days of all years that are looked at, so that reaching it is no answer.
const MAX_DAYS: u16 = 3_000;

/// Within `horizon`: what the rule gives and the event's own first day, with what is added and without what is excepted.
pub fn dates(event: &Event, horizon: &RangeInclusive<NaiveDate>) -> Result<BTreeSet<NaiveDate>, Fault> {
    let mut dates = BTreeSet::from([event.start]);
    dates.extend(&event.more);
    if let Some((line, rule)) = &event.rule {
        dates.extend(of_rule(event.start, rule, horizon).map_err(|what| Fault::new(*line, what))?);
    }
    dates.retain(|date| horizon.contains(date) && !event.except.contains(date));
    Ok(dates)
}

fn of_rule(start: NaiveDate, text: &str, horizon: &RangeInclusive<NaiveDate>) -> Result<Vec<NaiveDate>, String> {
    let unread = |cause: &dyn std::fmt::Display| format!("has an RRULE that cannot be followed: {cause}");
    let rule: RRule<Unvalidated> = until_in_utc(text).parse().map_err(|cause| unread(&cause))?;
    let is_of_days =
        matches!(rule.get_freq(), Frequency::Yearly | Frequency::Monthly | Frequency::Weekly | Frequency::Daily);
    let names_hours =
        !(rule.get_by_hour().is_empty() && rule.get_by_minute().is_empty() && rule.get_by_second().is_empty());
    if !is_of_days || names_hours {
        return Err("has an RRULE for hours, and the event takes whole days".to_owned());
    }
    let rule = rule.validate(at(start)).map_err(|cause| unread(&cause))?;
    let found = RRuleSet::new(at(start)).rrule(rule).after(at(*horizon.start())).before(at(*horizon.end()));
    let found = found.all(MAX_DAYS);
    if found.limited {
        return Err("has an RRULE that gives too many days or takes too long to follow".to_owned());
    }
    Ok(found.dates.into_iter().map(|date| date.date_naive()).collect())
}

/// Days stand for midnights in UTC. A rule of days ends with a day; one that ends with a time ends on its day.
fn until_in_utc(text: &str) -> String {
    let parts = text.split(';').filter(|part| !part.is_empty()).map(|part| match part.strip_prefix("UNTIL=") {
        Some(until) => format!("UNTIL={}T000000Z", until.split('T').next().unwrap_or_default()),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(";")
}

fn at(day: NaiveDate) -> DateTime<Tz> {
    day.and_time(NaiveTime::MIN).and_utc().with_timezone(&Tz::UTC)
}
