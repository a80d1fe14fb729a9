//! Who can be marked in a session, and what a mark would do.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait as _, ConnectionTrait, QueryFilter as _};
use uuid::Uuid;

use super::change::Changes;
use crate::{
    entity::{
        attendance_record::{self, Column, Model as Record, Status},
        excuse, session,
    },
    problem::Problem,
    session as sessions,
};

/// The students of a session: those who are to come to it and are active, and those who have a record.
#[derive(Default)]
pub struct Roll {
    enrolled: HashSet<Uuid>,
    records: HashMap<Uuid, Record>,
    /// Excuses that are open or approved.
    excuses: HashMap<Uuid, excuse::Status>,
}

/// What is wrong with a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Stranger,
    /// It would change a record, and nobody said why.
    NoReason,
    Twice,
}

/// What marks would do.
#[derive(Debug, Default)]
pub struct Plan {
    pub changes: Changes,
    pub unchanged: usize,
}

impl Fault {
    /// To be read after the name of the field or the column.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Stranger => "is no student of this session",
            Self::NoReason => "has a record that says something else: say in `reason` why it is changed",
            Self::Twice => "is there twice: keep one of the two",
        }
    }
}

impl Roll {
    pub async fn load(connection: &impl ConnectionTrait, session: &session::Model) -> Result<Self, Problem> {
        let enrolled = sessions::expected(connection, session).await?;
        let records = attendance_record::in_college(session.college_id)
            .filter(Column::SessionId.eq(session.id))
            .all(connection)
            .await?;
        Ok(Self {
            enrolled: enrolled.into_iter().collect(),
            records: records.into_iter().map(|record| (record.student_id, record)).collect(),
            excuses: excuse::standing(connection, session).await?.into_iter().collect(),
        })
    }

    /// What marks would do, or each that is at fault by its place.
    pub fn plan(&self, marks: &[(Uuid, Status)], has_reason: bool) -> Result<Plan, Vec<(usize, Fault)>> {
        let (mut plan, mut faults, mut seen) = (Plan::default(), Vec::new(), HashSet::new());
        for (place, &(student_id, status)) in marks.iter().enumerate() {
            if !seen.insert(student_id) {
                faults.push((place, Fault::Twice));
                continue;
            }
            let status = self.meant(student_id, status);
            match self.records.get(&student_id) {
                Some(record) if record.status == status => plan.unchanged += 1,
                Some(_) if !has_reason => faults.push((place, Fault::NoReason)),
                Some(record) => plan.changes.changed.push((record.clone(), status)),
                None if self.enrolled.contains(&student_id) => plan.changes.made.push((student_id, status)),
                None => faults.push((place, Fault::Stranger)),
            }
        }
        if faults.is_empty() { Ok(plan) } else { Err(faults) }
    }

    /// Who calls the roll says who is not there; whether that is excused, the excuse says.
    fn meant(&self, student_id: Uuid, status: Status) -> Status {
        match (status, self.excuses.get(&student_id)) {
            (Status::Absent, Some(excuse)) => excuse.of_absence(),
            _ => status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPLE: Uuid = Uuid::from_u128(21);
    const ROWAN: Uuid = Uuid::from_u128(22);
    const ASPEN: Uuid = Uuid::from_u128(23);
    const STRANGER: Uuid = Uuid::from_u128(24);

    /// Maple is present; Rowan has left the division and was absent; Aspen has no record.
    fn roll(excuses: &[(Uuid, excuse::Status)]) -> Roll {
        let start = chrono::DateTime::from_timestamp(1_800_000_000, 0).expect("it is a time");
        let session = session::Model::example(start);
        let record = |student_id, status| (student_id, Record::of(&session, student_id, status, start));
        Roll {
            enrolled: [MAPLE, ASPEN].into(),
            records: [record(MAPLE, Status::Present), record(ROWAN, Status::Absent)].into(),
            excuses: excuses.iter().copied().collect(),
        }
    }

    #[test]
    fn a_mark_makes_changes_or_is_so_already() {
        use Status::{Absent, Excused, Late, Pending, Present};
        // (student, what is standing, mark, made, changed to)
        let (open, approved) = (Some(excuse::Status::Open), Some(excuse::Status::Approved));
        let table = [
            (MAPLE, None, Present, None, None),
            (MAPLE, None, Late, None, Some(Late)),
            (MAPLE, approved, Absent, None, Some(Excused)),
            (MAPLE, approved, Present, None, None),
            (ROWAN, None, Absent, None, None),
            (ROWAN, open, Absent, None, Some(Pending)),
            (ASPEN, None, Absent, Some(Absent), None),
            (ASPEN, open, Absent, Some(Pending), None),
            (ASPEN, approved, Absent, Some(Excused), None),
            (ASPEN, approved, Present, Some(Present), None),
            (ASPEN, None, Excused, Some(Excused), None),
        ];
        for (student, standing, status, made, changed) in table {
            let excuses: Vec<_> = standing.into_iter().map(|status| (student, status)).collect();
            let plan = roll(&excuses).plan(&[(student, status)], true).expect("a plan");
            let found = (
                plan.changes.made.first().map(|(_, status)| *status),
                plan.changes.changed.first().map(|(_, status)| *status),
            );
            assert_eq!(found, (made, changed), "{student} {standing:?} {status:?}");
            assert_eq!(plan.unchanged, usize::from(made.is_none() && changed.is_none()));
        }
    }

    #[test]
    fn every_fault_is_told_by_its_place() {
        use Fault::{NoReason, Stranger, Twice};
        type Case<'a> = (&'a [(Uuid, Status)], bool, &'a [(usize, Fault)]);
        let table: [Case<'_>; 5] = [
            (&[(STRANGER, Status::Present)], true, &[(0, Stranger)]),
            (&[(MAPLE, Status::Absent)], false, &[(0, NoReason)]),
            (&[(MAPLE, Status::Present)], false, &[]),
            (&[(ASPEN, Status::Present), (ASPEN, Status::Present)], true, &[(1, Twice)]),
            (
                &[(ASPEN, Status::Present), (STRANGER, Status::Late), (MAPLE, Status::Late)],
                false,
                &[(1, Stranger), (2, NoReason)],
            ),
        ];
        for (marks, has_reason, expected) in table {
            assert_eq!(roll(&[]).plan(marks, has_reason).err().unwrap_or_default(), expected, "{marks:?}");
        }
    }
}
