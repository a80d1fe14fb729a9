//! The ranking: which spans in which room suit most of those who owe the session.
//!
//! A span in which the teacher is busy, or for which no room is free that holds all who owe, is none. Of the others those come
//! first in which more of the owing students are free, then those that are sooner. One sweep per group and room: the cost is
//! (groups of students + rooms) × spans.

use super::span::{Busy, Span};

/// A room, in the order in which rooms are preferred.
#[derive(Debug)]
pub struct Room<Id> {
    pub id: Id,
    pub busy: Busy,
}

/// A span that is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal<Id> {
    pub span: Span,
    pub room: Id,
    /// Of those who owe.
    pub free_students: usize,
}

/// The best proposals, the best first, at most so many. Of the rooms that are free the first is taken. Students who are busy at
/// the same times come as one, with their number.
pub fn rank<Id: Copy>(
    wanted: &[Span],
    teacher: &Busy,
    rooms: &[Room<Id>],
    students: &[(Busy, usize)],
    limit: usize,
) -> Vec<Proposal<Id>> {
    let mut room_of: Vec<Option<Id>> = vec![None; wanted.len()];
    for room in rooms {
        for (found, is_free) in room_of.iter_mut().zip(room.busy.free(wanted)) {
            if is_free && found.is_none() {
                *found = Some(room.id);
            }
        }
    }
    let mut free_students = vec![0; wanted.len()];
    for (busy, number) in students {
        for (count, is_free) in free_students.iter_mut().zip(busy.free(wanted)) {
            *count += if is_free { *number } else { 0 };
        }
    }
    let mut proposals: Vec<_> = wanted
        .iter()
        .zip(teacher.free(wanted))
        .zip(room_of)
        .zip(free_students)
        .filter_map(|(((span, teacher_is_free), room), free_students)| {
            Some(Proposal { span: *span, room: room.filter(|_| teacher_is_free)?, free_students })
        })
        .collect();
    proposals.sort_by_key(|proposal| (std::cmp::Reverse(proposal.free_students), proposal.span));
    proposals.truncate(limit);
    proposals
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn span((start, length): (i64, i64)) -> Span {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).expect("it is a time");
        Span { start: at(start), end: at(start + length) }
    }

    fn busy(spans: &[(i64, i64)]) -> Busy {
        spans.iter().copied().map(span).collect()
    }

    #[test]
    fn more_students_come_before_sooner() {
        let wanted = [0, 10, 20, 30, 40].map(|start| span((start, 10)));
        let rooms = [Room { id: 'a', busy: busy(&[(0, 20)]) }, Room { id: 'b', busy: busy(&[(40, 10)]) }];
        let students = [(busy(&[(0, 10)]), 1), (busy(&[(0, 10), (20, 5)]), 1), (busy(&[]), 1)];
        let found = |teacher: &Busy, rooms: &[Room<char>], limit| -> Vec<_> {
            rank(&wanted, teacher, rooms, &students, limit)
                .into_iter()
                .map(|one| (one.span.start.timestamp(), one.room, one.free_students))
                .collect()
        };
        let idle = busy(&[]);
        assert_eq!(found(&idle, &rooms, 9), [(10, 'b', 3), (30, 'a', 3), (40, 'a', 3), (20, 'a', 2), (0, 'b', 1)]);
        assert_eq!(found(&idle, &rooms, 2), [(10, 'b', 3), (30, 'a', 3)]);
        assert_eq!(found(&busy(&[(5, 6), (35, 1)]), &rooms, 9), [(40, 'a', 3), (20, 'a', 2)]);
        assert_eq!(found(&idle, &rooms[..1], 9), [(30, 'a', 3), (40, 'a', 3), (20, 'a', 2)]);
        assert_eq!(found(&idle, &[], 9), []);
    }

    proptest! {
        #[test]
        fn nothing_that_is_proposed_clashes_and_nothing_better_is_left_out(
            teacher in prop::collection::vec((0i64..200, 1i64..30), 0..8),
            rooms in prop::collection::vec(prop::collection::vec((0i64..200, 1i64..60), 0..6), 0..4),
            students in prop::collection::vec(prop::collection::vec((0i64..200, 1i64..30), 0..6), 0..6),
        ) {
            let wanted: Vec<_> = (0..20).map(|step| span((step * 10, 25))).collect();
            let overlaps = |one: Span, other: Span| one.start < other.end && other.start < one.end;
            let is_free = |spans: &[(i64, i64)], wanted: Span| !spans.iter().any(|one| overlaps(span(*one), wanted));
            let mut expected: Vec<_> = wanted
                .iter()
                .filter(|one| is_free(&teacher, **one))
                .filter_map(|one| {
                    let room = rooms.iter().position(|room| is_free(room, *one))?;
                    let free_students = students.iter().filter(|student| is_free(student, *one)).count();
                    Some(Proposal { span: *one, room, free_students })
                })
                .collect();
            expected.sort_by_key(|one| (usize::MAX - one.free_students, one.span));
            let rooms: Vec<_> = rooms.iter().enumerate().map(|(id, room)| Room { id, busy: busy(room) }).collect();
            let students: Vec<_> = students.iter().map(|student| (busy(student), 1)).collect();
            prop_assert_eq!(rank(&wanted, &busy(&teacher), &rooms, &students, 99), expected);
        }
    }
}
