//! A span of days as whole months, thirds of months and a few days: there are fewer of those to read than days.

use chrono::NaiveDate;

use crate::tally::Grain;

/// Rows that are added up, or taken off again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub grain: Grain,
    pub is_added: bool,
    /// The first row.
    pub from: Option<NaiveDate>,
    /// The first row that is not part of it any more.
    pub before: Option<NaiveDate>,
}

/// The parts of a span, both days included; what is left out has no end.
pub fn parts(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Vec<Part> {
    let mut parts = Vec::new();
    cover(Grain::Month, true, from, to.and_then(|to| to.succ_opt()), &mut parts);
    parts
}

/// Covers a span by rows of a grain. At an end that lies within a row the smaller side is read, by finer ones: what is in the span, or
/// the whole row without the rest.
fn cover(grain: Grain, is_added: bool, from: Option<NaiveDate>, before: Option<NaiveDate>, parts: &mut Vec<Part>) {
    if let (Some(from), Some(before)) = (from, before)
        && before <= from
    {
        return;
    }
    let Some(finer) = grain.finer() else {
        parts.push(Part { grain, is_added, from, before });
        return;
    };
    if from.is_some() && from.map(|day| grain.first(day)) == before.map(|day| grain.first(day)) {
        return cover(finer, is_added, from, before, parts);
    }
    let rows_from = from.map(|from| {
        let (row, next) = (grain.first(from), grain.next(from));
        if next - from <= from - row {
            cover(finer, is_added, Some(from), Some(next), parts);
            next
        } else {
            cover(finer, !is_added, Some(row), Some(from), parts);
            row
        }
    });
    let rows_before = before.map(|before| {
        let (row, next) = (grain.first(before), grain.next(before));
        if before - row <= next - before {
            cover(finer, is_added, Some(row), Some(before), parts);
            row
        } else {
            cover(finer, !is_added, Some(before), Some(next), parts);
            next
        }
    });
    if rows_from.is_none_or(|from| rows_before.is_none_or(|before| from < before)) {
        parts.push(Part { grain, is_added, from: rows_from, before: rows_before });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often a day is in the parts.
    fn times(parts: &[Part], day: NaiveDate) -> i32 {
        let holds = |part: &&Part| {
            let row = part.grain.first(day);
            part.from.is_none_or(|from| from <= row) && part.before.is_none_or(|before| row < before)
        };
        parts.iter().filter(holds).map(|part| if part.is_added { 1 } else { -1 }).sum()
    }

    #[test]
    fn every_day_of_a_span_counts_once_and_no_other() {
        let begin: NaiveDate = "2027-12-20".parse().expect("a day");
        // Over the end of a year, and a February with 29 days.
        let all: Vec<NaiveDate> = begin.iter_days().take(110).collect();
        let ends = || all[5..105].iter().step_by(3).copied().map(Some).chain([None]);
        for from in ends() {
            for to in ends() {
                let parts = parts(from, to);
                for &day in &all {
                    let is_within = from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to);
                    assert_eq!(times(&parts, day), i32::from(is_within), "{from:?} {to:?} {day} {parts:?}");
                }
            }
        }
    }

    #[test]
    fn whole_months_read_no_days_and_others_few() {
        let day = |text: &str| Some(text.parse::<NaiveDate>().expect("a day"));
        let days = |parts: &[Part]| -> i64 {
            let days = parts.iter().filter(|part| part.grain == Grain::Day);
            days.map(|part| (part.before.expect("an end") - part.from.expect("a beginning")).num_days()).sum()
        };
        let table = [
            (None, None, 0),
            (day("2026-08-01"), day("2026-12-31"), 0),
            (day("2026-08-03"), day("2026-12-31"), 2),
            (day("2026-08-30"), day("2026-12-02"), 4),
            (day("2026-08-16"), day("2026-12-16"), 9),
            (day("2026-08-10"), day("2026-08-12"), 3),
        ];
        for (from, to, expected) in table {
            assert_eq!(days(&parts(from, to)), expected, "{from:?} {to:?}");
        }
    }
}
