//! Who and what is taken when, over some days: the college's sessions, and its slots where they have no session yet.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::{
    finder::Room,
    span::{Busy, Span},
};
use crate::organisation::Membership;

/// One time that takes a teacher, a room and those who are to come.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    pub teacher_id: Uuid,
    pub location_id: Uuid,
    pub division_id: Uuid,
    /// The session, where it is for some students only and not for the division.
    pub participants_of: Option<Uuid>,
    pub span: Span,
}

/// All of a college, looked up by who it takes.
#[derive(Debug, Default)]
pub struct Occupancy {
    teachers: HashMap<Uuid, Vec<Span>>,
    rooms: HashMap<Uuid, Vec<Span>>,
    divisions: HashMap<Uuid, Vec<Span>>,
    /// The sessions that a student is to come to besides those of their divisions.
    students: HashMap<Uuid, Vec<Span>>,
}

impl Occupancy {
    /// `participants` are the pairs of a session and a student.
    pub fn of(taken: impl IntoIterator<Item = Taken>, participants: &[(Uuid, Uuid)]) -> Self {
        let mut found = Self::default();
        let mut special: HashMap<Uuid, Span> = HashMap::new();
        for one in taken {
            found.teachers.entry(one.teacher_id).or_default().push(one.span);
            found.rooms.entry(one.location_id).or_default().push(one.span);
            match one.participants_of {
                Some(session_id) => {
                    special.insert(session_id, one.span);
                }
                None => found.divisions.entry(one.division_id).or_default().push(one.span),
            }
        }
        for (session_id, student_id) in participants {
            if let Some(span) = special.get(session_id) {
                found.students.entry(*student_id).or_default().push(*span);
            }
        }
        found
    }

    pub fn teacher(&self, id: Uuid) -> Busy {
        self.teachers.get(&id).into_iter().flatten().copied().collect()
    }

    /// A room as the search wants it.
    pub fn free_room(&self, id: Uuid) -> Room<Uuid> {
        Room { id, busy: self.room(id) }
    }

    pub fn room(&self, id: Uuid) -> Busy {
        self.rooms.get(&id).into_iter().flatten().copied().collect()
    }

    /// The busy times of students, with how many of them have the same: those of a division mostly do.
    pub fn students(&self, students: &[(Uuid, Vec<Membership>)]) -> Vec<(Busy, usize)> {
        let mut groups: BTreeMap<Vec<Span>, usize> = BTreeMap::new();
        let mut known: HashMap<&[Membership], Vec<Span>> = HashMap::new();
        for (id, memberships) in students {
            let of_divisions = known.entry(memberships).or_insert_with(|| self.of_divisions(memberships));
            let own = self.students.get(id).into_iter().flatten();
            let spans: HashSet<Span> = of_divisions.iter().chain(own).copied().collect();
            let mut spans: Vec<_> = spans.into_iter().collect();
            spans.sort_unstable();
            *groups.entry(spans).or_default() += 1;
        }
        groups.into_iter().map(|(spans, number)| (spans.into_iter().collect(), number)).collect()
    }

    fn of_divisions(&self, memberships: &[Membership]) -> Vec<Span> {
        let within = |membership: &Membership, span: &Span| {
            membership.from <= span.start && membership.before.is_none_or(|before| span.start < before)
        };
        memberships
            .iter()
            .flat_map(|membership| {
                let spans = self.divisions.get(&membership.division_id).into_iter().flatten();
                spans.filter(move |span| within(membership, span)).copied()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("it is a time")
    }

    fn span(start: i64) -> Span {
        Span { start: at(start), end: at(start + 10) }
    }

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn students_are_busy_with_their_divisions_while_they_belong_to_them_and_with_their_own_sessions() {
        let taken = |division, participants_of, start| Taken {
            teacher_id: id(1),
            location_id: id(2),
            division_id: id(division),
            participants_of,
            span: span(start),
        };
        let makeup = Some(id(77));
        let occupancy = Occupancy::of(
            [taken(10, None, 0), taken(10, None, 100), taken(11, None, 200), taken(10, makeup, 300)],
            &[(id(77), id(50)), (id(78), id(51))],
        );
        let member = |division, from, before: Option<i64>| Membership {
            division_id: id(division),
            from: at(from),
            before: before.map(at),
        };
        let students = [
            (id(50), vec![member(10, 0, None)]),
            (id(51), vec![member(10, 0, None)]),
            (id(52), vec![member(10, 0, None)]),
            // Left before the second, and goes to another division since.
            (id(53), vec![member(10, 0, Some(100)), member(11, 100, None)]),
            (id(54), vec![]),
        ];
        let busy = |starts: &[i64]| starts.iter().copied().map(span).collect::<Busy>();
        let mut found = occupancy.students(&students);
        found.sort_by_key(|(_, number)| *number);
        let expected = [(busy(&[]), 1), (busy(&[0, 100, 300]), 1), (busy(&[0, 200]), 1), (busy(&[0, 100]), 2)];
        assert_eq!(found.len(), expected.len());
        for group in expected {
            assert!(found.contains(&group), "{group:?} is not in {found:?}");
        }
        let all = busy(&[0, 100, 200, 300]);
        assert_eq!((occupancy.teacher(id(1)), occupancy.room(id(2))), (all.clone(), all));
        assert_eq!(occupancy.teacher(id(9)), Busy::default());
    }
}
