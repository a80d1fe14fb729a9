//! The days on which an event that repeats takes place.

use std::{
    collections::{BTreeSet, HashSet},
    ops::RangeInclusive,
};

use chrono::{DateTime, NaiveDate, NaiveTime};
use rrule::{Frequency, RRule, Tz, Unvalidated};

use super::{
    Fault,
    event::Event,
    rule::{Budget, Rule, Spent},
};

/// In bytes. A longer one is no rule but a list of days, for which there is RDATE.
const LONGEST_RULE: usize = 1_000;

/// Within `horizon`: what the rule gives and the event's own first day, with what is added and without what is excepted.
pub fn dates(
    event: &Event,
    horizon: &RangeInclusive<NaiveDate>,
    budget: &mut Budget,
) -> Result<BTreeSet<NaiveDate>, Fault> {
    let mut dates = BTreeSet::from([event.start]);
    dates.extend(&event.more);
    if let Some((line, text)) = &event.rule {
        let rule = read(event.start, text).map_err(|what| Fault::new(*line, what))?;
        let spent = |Spent| {
            Fault::new(
                *line,
                "and the rules before it repeat for too long to be worked out: split the file, begin rules with a COUNT \
                 later, or end them by UNTIL instead",
            )
        };
        let found = rule.days(horizon, budget).map_err(spent)?;
        if found.is_empty() && !rule.is_possible(budget).map_err(spent)? {
            return Err(Fault::new(*line, "has an RRULE for days that no year has"));
        }
        dates.extend(found);
    }
    let except: HashSet<_> = event.except.iter().collect();
    dates.retain(|date| horizon.contains(date) && !except.contains(date));
    Ok(dates)
}

fn read(start: NaiveDate, text: &str) -> Result<Rule, String> {
    let unread = |cause: &dyn std::fmt::Display| format!("has an RRULE that cannot be followed: {cause}");
    if text.len() > LONGEST_RULE {
        return Err(format!("has an RRULE of more than {LONGEST_RULE} bytes: list the days as RDATE instead"));
    }
    if !text.is_ascii() {
        return Err(unread(&"it has letters that no rule has"));
    }
    let rule: RRule<Unvalidated> = until_in_utc(text).parse().map_err(|cause| unread(&cause))?;
    let is_of_days =
        matches!(rule.get_freq(), Frequency::Yearly | Frequency::Monthly | Frequency::Weekly | Frequency::Daily);
    let names_hours =
        !(rule.get_by_hour().is_empty() && rule.get_by_minute().is_empty() && rule.get_by_second().is_empty());
    if !is_of_days || names_hours {
        return Err("has an RRULE for hours, and the event takes whole days".to_owned());
    }
    if rule.get_interval() == 0 {
        return Err(unread(&"INTERVAL must be at least 1"));
    }
    rule.clone().validate(at(start)).map_err(|cause| unread(&cause))?;
    Ok(Rule::of(&rule, start))
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
