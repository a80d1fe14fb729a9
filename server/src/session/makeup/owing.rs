//! Who owes a session, and whether one can be made up at all.

use uuid::Uuid;

use crate::{
    entity::session::{Model, State},
    problem::{ErrorReason, Problem},
    session::rules::state_name,
};

/// What a session left owing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Debt {
    /// It did not take place: the whole division owes it.
    Session,
    /// It did: those owe it who were not there.
    Absences,
}

/// Those who owe a session.
#[derive(Clone, Debug)]
pub struct Owing {
    pub debt: Debt,
    /// In the order of their ids.
    pub students: Vec<Uuid>,
}

/// What there is to make up of a session.
pub fn debt(session: &Model) -> Result<Debt, Problem> {
    if let (Some(original), true) = (session.makes_up_session_id, owes_elsewhere(session)) {
        return Err(
            nothing("This session makes up for another one itself. Make up that one.").with("session_id", original)
        );
    }
    match session.state {
        State::Cancelled => Ok(Debt::Session),
        State::Completed => Ok(Debt::Absences),
        state @ (State::Scheduled | State::Active) => {
            let told = format!(
                "The session is {}. A session is made up once it is COMPLETED or CANCELLED.",
                state_name(state)
            );
            Err(nothing(told).with("state", state_name(state)))
        }
    }
}

/// Whether what is missed of a makeup session is still owed to the session that it is for: always, where it is for some
/// students only, and where it did not take place.
fn owes_elsewhere(session: &Model) -> bool {
    session.has_participants || session.state == State::Cancelled
}

pub fn nothing(detail: impl Into<String>) -> Problem {
    Problem::new(ErrorReason::NothingToMakeUp, detail)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn what_ended_is_made_up_once_and_for_what_it_was() {
        let original = Some(Uuid::from_u128(9));
        let table = [
            (State::Scheduled, None, false, None),
            (State::Active, None, false, None),
            (State::Completed, None, false, Some(Debt::Absences)),
            (State::Cancelled, None, false, Some(Debt::Session)),
            // For a whole division it is a session like another one, unless it did not take place either.
            (State::Completed, original, false, Some(Debt::Absences)),
            (State::Cancelled, original, false, None),
            (State::Completed, original, true, None),
            (State::Cancelled, original, true, None),
        ];
        for (state, makes_up_session_id, has_participants, expected) in table {
            let example = Model::example(DateTime::UNIX_EPOCH);
            let session = Model { state, makes_up_session_id, has_participants, ..example };
            let found = debt(&session);
            if let Err(problem) = &found {
                assert_eq!(problem.reason, ErrorReason::NothingToMakeUp);
            }
            assert_eq!(found.ok(), expected, "{state:?} {makes_up_session_id:?} {has_participants}");
        }
    }
}
