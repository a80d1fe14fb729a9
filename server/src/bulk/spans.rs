//! From when to when students belong to divisions, as it would be after an import: in one division once at a time.

use std::collections::{BTreeMap, HashMap, btree_map::Entry};

use chrono::NaiveDate;
use uuid::Uuid;

use crate::{entity::enrolment, organisation::Span};

/// The enrolments of one student in one division.
type Key = (Uuid, Uuid);

#[derive(Clone, Copy)]
struct Held {
    span: Span,
    /// The line that says so; none for what the college had before.
    line: Option<u32>,
}

/// Every enrolment that a file could touch, by the day on which it begins: a file can have all its rows of one student.
#[derive(Default)]
pub struct Spans(HashMap<Key, BTreeMap<NaiveDate, Held>>);

impl Spans {
    /// What the college has.
    pub fn of(rows: Vec<enrolment::Model>) -> Self {
        let mut spans = Self::default();
        for row in rows {
            let span = Span { from: row.from_date, to: row.to_date };
            let all = spans.0.entry((row.division_id, row.student_id)).or_default();
            all.insert(span.from, Held { span, line: None });
        }
        spans
    }

    /// The one that begins on a day.
    pub fn find(&self, division_id: Uuid, student_id: Uuid, from: NaiveDate) -> Option<Span> {
        Some(self.0.get(&(division_id, student_id))?.get(&from)?.span)
    }

    /// The one that holds on a day: of several what the college had, or what the first line says. Goes through all of the
    /// student, of whom a file asks this once: it has one row without a first day.
    pub fn on(&self, division_id: Uuid, student_id: Uuid, day: NaiveDate) -> Option<Span> {
        let begun = self.0.get(&(division_id, student_id))?.range(..=day);
        let holding = begun.map(|(_, held)| held).filter(|held| held.span.holds(day));
        Some(holding.min_by_key(|held| held.line)?.span)
    }

    /// Has a line say from when to when; no two lines may say it of the same enrolment.
    pub fn put(&mut self, division_id: Uuid, student_id: Uuid, span: Span, line: u32) -> Result<(), String> {
        let held = Held { span, line: Some(line) };
        match self.0.entry((division_id, student_id)).or_default().entry(span.from) {
            Entry::Vacant(place) => {
                place.insert(held);
            }
            Entry::Occupied(mut same) => {
                if let Some(other) = same.get().line {
                    return Err(format!("means the enrolment of line {other}: keep one of the two"));
                }
                same.insert(held);
            }
        }
        Ok(())
    }

    /// The lines whose enrolment holds on a day that another one holds on, with what to do.
    pub fn overlaps(self) -> Vec<(u32, String)> {
        let mut found = Vec::new();
        for all in self.0.into_values() {
            // The one that lasts longest of those that have begun.
            let mut longest: Option<Held> = None;
            for held in all.into_values() {
                if let Some(earlier) = longest.filter(|earlier| earlier.span.holds(held.span.from)) {
                    found.extend(fault(earlier, held));
                }
                let ends_later = |than: Held| than.span.to.is_some_and(|end| held.span.to.is_none_or(|to| to > end));
                if longest.is_none_or(ends_later) {
                    longest = Some(held);
                }
            }
        }
        found
    }
}

/// Told at the later line, if both are lines.
fn fault(one: Held, other: Held) -> Option<(u32, String)> {
    let (at, with) = if one.line > other.line { (one, other) } else { (other, one) };
    let until = with.span.to.map_or_else(|| "on".to_owned(), |to| format!("to {to}"));
    let whose = with.line.map_or_else(|| "an enrolment".to_owned(), |line| format!("the one of line {line}"));
    let told =
        format!("overlaps {whose} from {} {until}: the student belongs to the division once at a time", with.span.from);
    Some((at.line?, told))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use chrono::Days;

    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).expect("it is a day")
    }

    fn span(from: u32, to: Option<u32>) -> Span {
        Span { from: day(from), to: to.map(day) }
    }

    #[test]
    fn a_student_belongs_to_a_division_once_at_a_time() {
        let (division_id, student_id) = (Uuid::now_v7(), Uuid::now_v7());
        type Case = (Vec<(u32, Option<u32>)>, Vec<(u32, Option<u32>)>, Vec<u32>);
        // (what there is, what lines 2, 3, … say, the lines at fault)
        let table: [Case; 9] = [
            (vec![], vec![(1, Some(2)), (3, None)], vec![]),
            (vec![], vec![(1, Some(3)), (3, None)], vec![3]),
            (vec![], vec![(3, None), (1, Some(3))], vec![3]),
            (vec![(1, None)], vec![(5, Some(6))], vec![2]),
            (vec![(5, Some(6))], vec![(1, None)], vec![2]),
            // What there is gets another end, and so makes room.
            (vec![(1, None)], vec![(1, Some(4)), (5, Some(6))], vec![]),
            (vec![(1, Some(4))], vec![(1, None)], vec![]),
            // A long one covers two that do not touch each other.
            (vec![(1, Some(20))], vec![(2, Some(3)), (5, Some(6))], vec![2, 3]),
            // What was wrong before is nobody's fault now.
            (vec![(1, None), (2, None)], vec![], vec![]),
        ];
        for (known, said, expected) in table {
            let row = |(from, to): &(u32, Option<u32>)| enrolment::Model {
                college_id: Uuid::nil(),
                division_id,
                student_id,
                from_date: day(*from),
                to_date: to.map(day),
                created_at: chrono::DateTime::UNIX_EPOCH,
            };
            let mut spans = Spans::of(known.iter().map(row).collect());
            for (line, (from, to)) in (2..).zip(&said) {
                assert_eq!(spans.put(division_id, student_id, span(*from, *to), line), Ok(()), "{known:?} {said:?}");
            }
            let mut found: Vec<_> = spans.overlaps().into_iter().map(|(line, _)| line).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{known:?} {said:?}");
        }
    }

    #[test]
    fn a_file_of_one_student_takes_no_longer_than_one_of_many() {
        let (division_id, student_id) = (Uuid::now_v7(), Uuid::now_v7());
        let first = NaiveDate::from_ymd_opt(1900, 1, 1).expect("it is a day");
        let (begun, mut spans) = (Instant::now(), Spans::default());
        for (line, from) in (2..).zip(first.iter_days().step_by(2)).take(50_000) {
            assert_eq!(spans.find(division_id, student_id, from), None);
            let span = Span { from, to: Some(from + Days::new(2)) };
            assert_eq!(spans.put(division_id, student_id, span, line), Ok(()));
        }
        let found = spans.overlaps();
        // Going through all of them for each would take half a minute.
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        assert_eq!(found.len(), 49_999);
        assert_eq!(found[0].0, 3);
        assert!(found[0].1.starts_with("overlaps the one of line 2 from 1900-01-01 to 1900-01-03"), "{}", found[0].1);
    }

    #[test]
    fn of_several_that_hold_on_a_day_it_is_what_the_college_had_or_the_first_line() {
        let (division_id, student_id) = (Uuid::now_v7(), Uuid::now_v7());
        let known = enrolment::Model {
            college_id: Uuid::nil(),
            division_id,
            student_id,
            from_date: day(5),
            to_date: Some(day(9)),
            created_at: chrono::DateTime::UNIX_EPOCH,
        };
        let mut spans = Spans::of(vec![known]);
        for (line, from) in [(2, 7), (3, 1)] {
            assert_eq!(spans.put(division_id, student_id, span(from, None), line), Ok(()));
        }
        for (on, expected) in [(1, Some(1)), (4, Some(1)), (5, Some(5)), (9, Some(5)), (10, Some(7))] {
            assert_eq!(spans.on(division_id, student_id, day(on)).map(|span| span.from), expected.map(day), "{on}");
        }
        assert_eq!(spans.on(division_id, Uuid::now_v7(), day(5)).map(|span| span.from), None);
    }

    #[test]
    fn two_lines_do_not_mean_the_same_enrolment() {
        let (division_id, student_id) = (Uuid::now_v7(), Uuid::now_v7());
        let mut spans = Spans::default();
        assert!(spans.put(division_id, student_id, span(1, None), 2).is_ok());
        assert!(spans.put(division_id, student_id, span(1, Some(3)), 3).is_err_and(|fault| fault.contains("line 2")));
    }
}
