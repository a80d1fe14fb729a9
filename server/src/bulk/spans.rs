//! From when to when students belong to divisions, as it would be after an import: in one division once at a time.

use std::collections::HashMap;

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

/// Every enrolment that a file could touch.
#[derive(Default)]
pub struct Spans(HashMap<Key, Vec<Held>>);

impl Spans {
    /// What the college has.
    pub fn of(rows: Vec<enrolment::Model>) -> Self {
        let mut spans = Self::default();
        for row in rows {
            let span = Span { from: row.from_date, to: row.to_date };
            spans.0.entry((row.division_id, row.student_id)).or_default().push(Held { span, line: None });
        }
        spans
    }

    /// The one that begins on a day.
    pub fn find(&self, division_id: Uuid, student_id: Uuid, from: NaiveDate) -> Option<Span> {
        self.held(division_id, student_id).find(|span| span.from == from)
    }

    /// The one that holds on a day.
    pub fn on(&self, division_id: Uuid, student_id: Uuid, day: NaiveDate) -> Option<Span> {
        self.held(division_id, student_id).find(|span| span.holds(day))
    }

    fn held(&self, division_id: Uuid, student_id: Uuid) -> impl Iterator<Item = Span> {
        self.0.get(&(division_id, student_id)).into_iter().flatten().map(|held| held.span)
    }

    /// Has a line say from when to when; no two lines may say it of the same enrolment.
    pub fn put(&mut self, division_id: Uuid, student_id: Uuid, span: Span, line: u32) -> Result<(), String> {
        let all = self.0.entry((division_id, student_id)).or_default();
        let same = all.iter_mut().find(|held| held.span.from == span.from);
        let held = Held { span, line: Some(line) };
        match same {
            None => all.push(held),
            Some(Held { line: Some(other), .. }) => {
                return Err(format!("means the enrolment of line {other}: keep one of the two"));
            }
            Some(same) => *same = held,
        }
        Ok(())
    }

    /// The lines whose enrolment holds on a day that another one holds on, with what to do.
    pub fn overlaps(self) -> Vec<(u32, String)> {
        let mut found = Vec::new();
        for mut all in self.0.into_values() {
            all.sort_by_key(|held| held.span.from);
            // The one that lasts longest of those that have begun.
            let mut longest: Option<Held> = None;
            for held in all {
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
    fn two_lines_do_not_mean_the_same_enrolment() {
        let (division_id, student_id) = (Uuid::now_v7(), Uuid::now_v7());
        let mut spans = Spans::default();
        assert!(spans.put(division_id, student_id, span(1, None), 2).is_ok());
        assert!(spans.put(division_id, student_id, span(1, Some(3)), 3).is_err_and(|fault| fault.contains("line 2")));
    }
}
