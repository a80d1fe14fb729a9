//! Whether somebody or something that a session takes is in another one at the time. The college must be locked, which makes
//! the look hold: whoever gives a session another time, teacher or place, or books a makeup session, waits for it. Sessions that are
//! made by hand ask nobody, and may overlap.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr};
use uuid::Uuid;

use super::rules::LONGEST;
use crate::{
    convert::clock_text,
    entity::session::{self, Column, Model, State},
    organisation,
    problem::{ErrorReason, Problem},
    store::Tx,
};

/// What is in one session at a time only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Teacher,
    Location,
    Division,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Teacher, Self::Location, Self::Division];

    const fn of(self, session: &Model) -> Uuid {
        match self {
            Self::Teacher => session.teacher_id,
            Self::Location => session.location_id,
            Self::Division => session.division_id,
        }
    }

    const fn column(self) -> Column {
        match self {
            Self::Teacher => Column::TeacherId,
            Self::Location => Column::LocationId,
            Self::Division => Column::DivisionId,
        }
    }

    /// A session for some students does not take their whole division.
    fn is_taken_by(self, session: &Model) -> bool {
        self != Self::Division || !session.has_participants
    }

    fn shared_with(self, wanted: &Model) -> Condition {
        let same = Condition::all().add(self.column().eq(self.of(wanted)));
        match self {
            Self::Division => same.add(Column::HasParticipants.eq(false)),
            Self::Teacher | Self::Location => same,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::Location => "location",
            Self::Division => "division",
        }
    }
}

/// Refuses a session, as it is to be, whose parts are in another one that is SCHEDULED or ACTIVE at the time.
pub async fn check(tx: &Tx, wanted: &Model, parts: &[Part]) -> Result<(), Problem> {
    let shared = parts
        .iter()
        .filter(|part| part.is_taken_by(wanted))
        .fold(Condition::any().add(Expr::value(false)), |any, part| any.add(part.shared_with(wanted)));
    let found = session::in_college(wanted.college_id)
        .filter(Column::Id.ne(wanted.id))
        .filter(Column::State.is_in([State::Scheduled, State::Active]))
        // The bound lets an index find them.
        .filter(Column::PlannedStart.gt(wanted.planned_start - LONGEST))
        .filter(Column::PlannedStart.lt(wanted.planned_end))
        .filter(Column::PlannedEnd.gt(wanted.planned_start))
        .filter(shared)
        .order_by_asc(Column::PlannedStart)
        .order_by_asc(Column::Id)
        .limit(1)
        .one(tx)
        .await?;
    found.map_or(Ok(()), |other| Err(taken(wanted, &other, parts)))
}

fn taken(wanted: &Model, other: &Model, parts: &[Part]) -> Problem {
    let shared: Vec<_> = parts
        .iter()
        .filter(|part| part.of(wanted) == part.of(other))
        .filter(|part| part.is_taken_by(wanted) && part.is_taken_by(other))
        .map(|part| part.name())
        .collect();
    let zone = organisation::zone(&other.time_zone);
    let shown = |at: DateTime<Utc>| clock_text(at.with_timezone(&zone).time());
    let day = other.planned_start.with_timezone(&zone).date_naive();
    let message = format!(
        "On {day} from {} to {} there is {} with the same {}. Choose another, or move that session.",
        shown(other.planned_start),
        shown(other.planned_end),
        other.subject,
        shared.join(" and "),
    );
    Problem::new(ErrorReason::SessionConflict, message).with("session_id", other.id).with("shared", shared.join(","))
}
