//! What a row of a student's tallies is about: the one place that says what a third of a month is.

use chrono::{Datelike as _, Days, Months, NaiveDate};

/// How long the time of a row is. The rows of one table begin where the ones before end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    Day,
    /// From the 1st, the 11th or the 21st of a month on.
    Third,
    Month,
}

impl Grain {
    /// What a row of this one is the sum of.
    pub const fn finer(self) -> Option<Self> {
        match self {
            Self::Month => Some(Self::Third),
            Self::Third => Some(Self::Day),
            Self::Day => None,
        }
    }

    /// Where its rows stand.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Day => "student_day_tallies",
            Self::Third => "student_third_tallies",
            Self::Month => "student_month_tallies",
        }
    }

    /// The first day of the row that a day is in.
    pub fn first(self, day: NaiveDate) -> NaiveDate {
        let first = match (self, day.day()) {
            (Self::Day, day) => day,
            (Self::Third, 11..=20) => 11,
            (Self::Third, 21..) => 21,
            _ => 1,
        };
        day.with_day(first).unwrap_or(day)
    }

    /// The first day of the row after that.
    pub fn next(self, day: NaiveDate) -> NaiveDate {
        let first = self.first(day);
        match self {
            Self::Day => first + Days::new(1),
            Self::Third if first.day() < 21 => first + Days::new(10),
            Self::Third | Self::Month => Self::Month.first(day) + Months::new(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_begins_where_the_one_before_ends() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let table = [
            (Grain::Day, "2028-02-29", "2028-02-29", "2028-03-01"),
            (Grain::Third, "2028-02-01", "2028-02-01", "2028-02-11"),
            (Grain::Third, "2028-02-10", "2028-02-01", "2028-02-11"),
            (Grain::Third, "2028-02-11", "2028-02-11", "2028-02-21"),
            (Grain::Third, "2028-02-20", "2028-02-11", "2028-02-21"),
            (Grain::Third, "2028-02-21", "2028-02-21", "2028-03-01"),
            (Grain::Third, "2027-12-31", "2027-12-21", "2028-01-01"),
            (Grain::Month, "2027-12-31", "2027-12-01", "2028-01-01"),
            (Grain::Month, "2028-01-01", "2028-01-01", "2028-02-01"),
        ];
        for (grain, of, first, next) in table {
            assert_eq!((grain.first(day(of)), grain.next(day(of))), (day(first), day(next)), "{grain:?} {of}");
        }
    }
}
