//! A recurrence rule of days, followed within a window and within a budget.
//!
//! The library `rrule` reads the rule. It does not follow it, because it can neither begin in the middle nor be told to stop: it
//! works through every day since the first one, and looks for the next one up to thousands of years ahead.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike as _, Days, NaiveDate};
use rrule::{Frequency, RRule, Unvalidated};

use super::pattern::{Pattern, days_in_month};

/// What may still be spent: one for each day that is looked at, for each month that is passed over, and for each place of
/// BYSETPOS that is looked up.
#[derive(Debug)]
pub struct Budget(u64);

/// The budget is spent.
#[derive(Debug, PartialEq, Eq)]
pub struct Spent;

impl Budget {
    pub const fn new(most: u64) -> Self {
        Self(most)
    }

    fn spend(&mut self, cost: usize) -> Result<(), Spent> {
        self.0 = u64::try_from(cost).ok().and_then(|cost| self.0.checked_sub(cost)).ok_or(Spent)?;
        Ok(())
    }
}

#[derive(Debug)]
pub struct Rule {
    frequency: Frequency,
    /// In years, months, weeks or days, at least 1.
    interval: i32,
    count: Option<u32>,
    until: Option<NaiveDate>,
    pattern: Pattern,
    /// Which of the days of a period, as BYSETPOS has them; all of them where it is empty.
    positions: Vec<i32>,
    start: NaiveDate,
}

impl Rule {
    /// Of an event that begins at `start`.
    pub fn of(rule: &RRule<Unvalidated>, start: NaiveDate) -> Self {
        let mut positions = rule.get_by_set_pos().to_vec();
        positions.sort_unstable();
        positions.dedup();
        Self {
            frequency: rule.get_freq(),
            interval: i32::from(rule.get_interval().max(1)),
            count: rule.get_count(),
            until: rule.get_until().map(DateTime::date_naive),
            pattern: Pattern::of(rule, start),
            positions,
            start,
        }
    }

    /// Its days within a window, in their order. A rule with a COUNT is followed from its start, any other one from where the
    /// window begins.
    pub fn days(&self, window: &RangeInclusive<NaiveDate>, budget: &mut Budget) -> Result<Vec<NaiveDate>, Spent> {
        let last = self.until.map_or(*window.end(), |until| until.min(*window.end()));
        let (mut unit, mut left) = (self.unit(self.start), self.count.unwrap_or(u32::MAX));
        if self.count.is_none() {
            unit += (self.unit(*window.start()) - unit).max(0) / self.interval * self.interval;
        }
        let mut found = Vec::new();
        while let Some((first, end)) = self.period(unit).filter(|(first, _)| *first <= last) {
            for day in self.days_between(first, end, budget)?.into_iter().filter(|day| *day >= self.start) {
                if left == 0 || day > last {
                    return Ok(found);
                }
                left -= 1;
                found.extend(window.contains(&day).then_some(day));
            }
            unit += self.interval;
        }
        Ok(found)
    }

    /// Whether some year has a day that it names. The 30th of February is none.
    pub fn is_possible(&self, budget: &mut Budget) -> Result<bool, Spent> {
        budget.spend(366 + 365)?;
        // One that has 29 February and one that has not.
        let mut years = [2000, 2001].into_iter().filter_map(|year| NaiveDate::from_yo_opt(year, 1));
        Ok(years.any(|first| {
            let mut days = first.iter_days().take_while(|day| day.year() == first.year());
            days.any(|day| self.pattern.has_date(day))
        }))
    }

    /// The number of the year, month, week or day that a day is in.
    fn unit(&self, day: NaiveDate) -> i32 {
        match self.frequency {
            Frequency::Yearly => day.year(),
            Frequency::Monthly => day.year() * 12 + day.month0().cast_signed(),
            Frequency::Weekly => (day.num_days_from_ce() - self.first_week()).div_euclid(7),
            _ => day.num_days_from_ce(),
        }
    }

    /// The day of the first week, counted from the year 1, of which the first day was a Monday.
    fn first_week(&self) -> i32 {
        1 + self.pattern.week_start.num_days_from_monday().cast_signed()
    }

    /// The first and the last day of a unit.
    fn period(&self, unit: i32) -> Option<(NaiveDate, NaiveDate)> {
        match self.frequency {
            Frequency::Yearly => Some((NaiveDate::from_yo_opt(unit, 1)?, NaiveDate::from_ymd_opt(unit, 12, 31)?)),
            Frequency::Monthly => {
                let month0 = u32::try_from(unit.rem_euclid(12)).ok()?;
                let first = NaiveDate::from_ymd_opt(unit.div_euclid(12), month0 + 1, 1)?;
                Some((first, end_of_month(first)))
            }
            Frequency::Weekly => {
                let first = NaiveDate::from_num_days_from_ce_opt(unit.checked_mul(7)?.checked_add(self.first_week())?)?;
                Some((first, first.checked_add_days(Days::new(6))?))
            }
            _ => NaiveDate::from_num_days_from_ce_opt(unit).map(|day| (day, day)),
        }
    }

    /// Its days in one period, in their order.
    fn days_between(&self, first: NaiveDate, end: NaiveDate, budget: &mut Budget) -> Result<Vec<NaiveDate>, Spent> {
        let mut days = Vec::new();
        let mut next = Some(first);
        // Month by month, because most rules name one of them.
        while let Some(from) = next.filter(|from| *from <= end) {
            let last = end_of_month(from).min(end);
            if self.pattern.has_month(from) {
                let span = (last.num_days_from_ce() - from.num_days_from_ce()).unsigned_abs() as usize + 1;
                budget.spend(span)?;
                days.extend(from.iter_days().take(span).filter(|day| self.pattern.has(*day)));
            } else {
                budget.spend(1)?;
            }
            next = last.succ_opt();
        }
        if self.positions.is_empty() || days.is_empty() {
            return Ok(days);
        }
        budget.spend(self.positions.len())?;
        let mut places: Vec<_> = self.positions.iter().filter_map(|position| place(*position, days.len())).collect();
        places.sort_unstable();
        places.dedup();
        Ok(places.into_iter().map(|place| days[place]).collect())
    }
}

/// Where in a list of so many the one is that is at a position, counted from 1 or, backwards, from -1.
fn place(position: i32, length: usize) -> Option<usize> {
    let distance = position.unsigned_abs() as usize;
    let place = if position > 0 { distance.checked_sub(1) } else { length.checked_sub(distance) };
    place.filter(|place| *place < length)
}

fn end_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(days_in_month(day)).unwrap_or(day)
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
