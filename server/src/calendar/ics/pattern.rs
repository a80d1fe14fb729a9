//! The days that the parts of a recurrence rule name, whatever its frequency.

use chrono::{Datelike as _, NaiveDate, Weekday};
use rrule::{Frequency, NWeekday, RRule, Unvalidated};

use super::ranks::Ranks;

/// The parts of a rule. An empty one names nothing in particular, and every day will do.
#[derive(Debug)]
pub struct Pattern {
    pub week_start: Weekday,
    months: Ranks,
    days_of_month: Ranks,
    days_of_year: Ranks,
    weeks: Ranks,
    /// Those of which every one is named, Monday first.
    weekdays: [bool; 7],
    /// The first, last and so on of a month or a year, by the weekday.
    nth_weekdays: [Ranks; 7],
    has_weekdays: bool,
    /// Whether the first of a weekday is that of a month rather than of a year.
    nth_in_month: bool,
}

impl Pattern {
    /// What a rule does not name comes from the first day of its event.
    pub fn of(rule: &RRule<Unvalidated>, start: NaiveDate) -> Self {
        let mut pattern = Self {
            week_start: rule.get_week_start(),
            months: rule.get_by_month().iter().map(|month| i32::from(*month)).collect(),
            days_of_month: rule.get_by_month_day().iter().map(|day| i32::from(*day)).collect(),
            days_of_year: rule.get_by_year_day().iter().map(|day| i32::from(*day)).collect(),
            weeks: rule.get_by_week_no().iter().map(|week| i32::from(*week)).collect(),
            weekdays: [false; 7],
            nth_weekdays: Default::default(),
            has_weekdays: !rule.get_by_weekday().is_empty(),
            nth_in_month: rule.get_freq() == Frequency::Monthly || !rule.get_by_month().is_empty(),
        };
        for named in rule.get_by_weekday() {
            match named {
                NWeekday::Every(weekday) => pattern.weekdays[place(*weekday)] = true,
                NWeekday::Nth(rank, weekday) => pattern.nth_weekdays[place(*weekday)].insert(i32::from(*rank)),
            }
        }
        let days = [&pattern.days_of_month, &pattern.days_of_year, &pattern.weeks];
        if !pattern.has_weekdays && days.into_iter().all(Ranks::is_empty) {
            pattern.begin_as(start, rule.get_freq());
        }
        pattern
    }

    fn begin_as(&mut self, start: NaiveDate, frequency: Frequency) {
        match frequency {
            Frequency::Yearly => {
                if self.months.is_empty() {
                    self.months.insert(start.month().cast_signed());
                }
                self.days_of_month.insert(start.day().cast_signed());
            }
            Frequency::Monthly => self.days_of_month.insert(start.day().cast_signed()),
            Frequency::Weekly => (self.weekdays[place(start.weekday())], self.has_weekdays) = (true, true),
            _ => {}
        }
    }

    /// Whether a day's month is named.
    pub fn has_month(&self, day: NaiveDate) -> bool {
        self.months.is_empty() || self.months.has(day.month0(), 12)
    }

    pub fn has(&self, day: NaiveDate) -> bool {
        self.has_date(day) && self.has_week(day) && self.has_weekday(day)
    }

    /// Whether a day is named, as far as that does not depend on weekdays.
    pub fn has_date(&self, day: NaiveDate) -> bool {
        self.has_month(day)
            && (self.days_of_month.is_empty() || self.days_of_month.has(day.day0(), days_in_month(day)))
            && (self.days_of_year.is_empty() || self.days_of_year.has(day.ordinal0(), days_in_year(day)))
    }

    /// A week belongs to the year in which it has four days or more.
    fn has_week(&self, day: NaiveDate) -> bool {
        if self.weeks.is_empty() {
            return true;
        }
        let since = day.weekday().days_since(self.week_start).cast_signed();
        let middle = NaiveDate::from_num_days_from_ce_opt(day.num_days_from_ce() - since + 3);
        middle.is_some_and(|middle| {
            let (before, after) = (middle.ordinal0() / 7, (days_in_year(middle) - 1 - middle.ordinal0()) / 7);
            self.weeks.has(before, before + 1 + after)
        })
    }

    fn has_weekday(&self, day: NaiveDate) -> bool {
        if !self.has_weekdays || self.weekdays[place(day.weekday())] {
            return true;
        }
        let (before, all) = match self.nth_in_month {
            true => (day.day0(), days_in_month(day)),
            false => (day.ordinal0(), days_in_year(day)),
        };
        self.nth_weekdays[place(day.weekday())].has(before / 7, before / 7 + 1 + (all - 1 - before) / 7)
    }
}

fn place(weekday: Weekday) -> usize {
    weekday.num_days_from_monday() as usize
}

fn days_in_year(day: NaiveDate) -> u32 {
    if day.leap_year() { 366 } else { 365 }
}

pub fn days_in_month(day: NaiveDate) -> u32 {
    match day.month() {
        2 if day.leap_year() => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
