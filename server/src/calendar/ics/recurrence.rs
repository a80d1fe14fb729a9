//! The days on which an event that repeats takes place.

use std::{collections::BTreeSet, ops::RangeInclusive};

use chrono::{DateTime, NaiveDate, NaiveTime};
use rrule::{Frequency, RRule, RRuleSet, Tz, Unvalidated};

use super::{Fault, event::Event};

/// How many days a rule leads over, which is what it costs to follow.
pub fn span(event: &Event, horizon: &RangeInclusive<NaiveDate>) -> u64 {
    let days = event.rule.as_ref().map(|_| (*horizon.end() - event.start).num_days());
    days.and_then(|days| u64::try_from(days).ok()).unwrap_or(0)
}

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
    let (count, until) = (rule.get_count(), rule.get_until().map(DateTime::date_naive));
    rule.validate(at(start)).map_err(|cause| unread(&cause))?;
    // Looked for without its end, a rule gives a day behind it soon, if it is one that gives days at all.
    let endless: RRule<Unvalidated> = without_until(text).parse().map_err(|cause| unread(&cause))?;
    let endless = RRuleSet::new(at(start)).rrule(endless.validate(at(start)).map_err(|cause| unread(&cause))?).limit();
    let last = until.map_or(*horizon.end(), |until| until.min(*horizon.end()));
    let (mut found, mut given) = (Vec::new(), 0);
    for date in &endless {
        let date = date.date_naive();
        if date > last {
            return Ok(found);
        }
        given += 1;
        found.extend(horizon.contains(&date).then_some(date));
    }
    match count {
        Some(count) if count <= given => Ok(found),
        // The library has looked at the years up to some thousands from now.
        _ => Err("has an RRULE that gives no day any more long before its end".to_owned()),
    }
}

fn without_until(text: &str) -> String {
    let parts = text.split(';').filter(|part| !part.is_empty() && !part.starts_with("UNTIL="));
    parts.collect::<Vec<_>>().join(";")
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
