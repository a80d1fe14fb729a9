//! What is decided about sessions, from values alone.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::{
    entity::{
        session::{EndReason, Model, State},
        user,
    },
    principal::{Principal, Reach},
    problem::{ErrorReason, Problem},
};

/// The longest session that somebody plans by hand.
const LONGEST_BY_HAND: TimeDelta = TimeDelta::hours(24);

/// No session is planned to last so long, not even one of a slot: that has to end on the day of its beginning, by clocks that may
/// go back by an hour, and in one zone by two, in between.
pub const LONGEST: TimeDelta = TimeDelta::hours(26);

/// A move of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Start,
    End,
    Cancel,
}

impl Move {
    pub const fn target(self) -> State {
        match self {
            Self::Start => State::Active,
            Self::End => State::Completed,
            Self::Cancel => State::Cancelled,
        }
    }

    /// The states that the move leads out of.
    pub const fn sources(self) -> &'static [State] {
        match self {
            Self::Start => &[State::Scheduled],
            Self::End => &[State::Active],
            Self::Cancel => &[State::Scheduled, State::Active],
        }
    }

    /// As it stands in the audit.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Start => "session.started",
            Self::End => "session.ended",
            Self::Cancel => "session.cancelled",
        }
    }
}

/// The name of a state, as the contract has it.
pub const fn state_name(state: State) -> &'static str {
    match state {
        State::Scheduled => "SCHEDULED",
        State::Active => "ACTIVE",
        State::Completed => "COMPLETED",
        State::Cancelled => "CANCELLED",
    }
}

/// The refusal of a move from a state that it does not lead out of.
pub fn illegal(state: State, wanted: Move) -> Problem {
    let (from, to) = (state_name(state), state_name(wanted.target()));
    Problem::new(ErrorReason::IllegalTransition, format!("The session is {from}; it cannot become {to}."))
        .with("state", from)
        .with("wanted", to)
}

/// The refusal of a change that a session takes in some states only.
pub fn not_changeable(state: State, allowed: &[State]) -> Problem {
    let names: Vec<_> = allowed.iter().map(|state| state_name(*state)).collect();
    let words =
        format!("The session is {}; only one that is {} can be changed so.", state_name(state), names.join(" or "));
    let refusal = Problem::new(ErrorReason::IllegalTransition, words);
    refusal.with("state", state_name(state)).with("allowed", names.join(","))
}

/// Who ends or cancels a session by hand.
pub fn by(principal: &Principal) -> EndReason {
    match principal.reach() {
        Reach::College => EndReason::Administrator,
        Reach::Teacher(_) | Reach::Student(_) => EndReason::Teacher,
    }
}

/// Whether a member of staff may act on a session: its teacher, or an administrator of the college.
pub fn check_staff(principal: &Principal, session: &Model) -> Result<(), Problem> {
    if teaches(principal, session) {
        return Ok(());
    }
    let refusal = Problem::new(ErrorReason::NotYourSession, "This session is taught by somebody else.");
    Err(refusal.with("session_id", session.id))
}

/// Whether a session is among those that a caller sees as staff.
pub fn teaches(principal: &Principal, session: &Model) -> bool {
    match principal.reach() {
        Reach::College => true,
        Reach::Teacher(id) => session.teacher_id == id,
        Reach::Student(_) => false,
    }
}

/// Whether a plan is one: it ends after it begins, within a day.
pub fn check_plan(start: DateTime<Utc>, end: DateTime<Utc>) -> Result<(), Problem> {
    if end <= start || end - start > LONGEST_BY_HAND {
        return Err(Problem::invalid_field("planned_end", "must be after planned_start, at most 24 hours"));
    }
    Ok(())
}

/// Who teaches a session that is being planned.
pub fn choose_teacher(principal: &Principal, named: Option<Uuid>) -> Result<Uuid, Problem> {
    match (principal.reach(), named) {
        (Reach::College, Some(teacher)) => Ok(teacher),
        (Reach::College, None) => Err(Problem::invalid_field("teacher_id", "is required of an administrator")),
        (_, None) => Ok(principal.id),
        (_, Some(teacher)) if teacher == principal.id => Ok(teacher),
        (_, Some(_)) => Err(Problem::new(ErrorReason::NotYourSession, "A teacher plans sessions for herself only.")),
    }
}

/// Who holds a makeup session: whoever was to hold the session, unless an administrator names somebody else.
pub fn choose_makeup_teacher(principal: &Principal, session: &Model, named: Option<Uuid>) -> Result<Uuid, Problem> {
    choose_teacher(principal, Some(named.unwrap_or(session.teacher_id)))
}

/// Whether somebody can hold a session.
pub fn check_teacher(user: Option<&user::Model>) -> Result<(), Problem> {
    match user.is_some_and(|user| user.role == user::Role::Teacher && user.is_active) {
        true => Ok(()),
        false => Err(Problem::not_found("teacher")),
    }
}

/// How many sessions a refusal names. It travels in headers, of which clients take some kilobytes.
const MAX_NAMED: usize = 20;

/// The caller could mean several sessions.
pub fn ambiguous(sessions: &[Model]) -> Problem {
    let ids: Vec<_> = sessions.iter().take(MAX_NAMED).map(|session| session.id.to_string()).collect();
    Problem::new(ErrorReason::SessionAmbiguous, "Several sessions are active; name one by session_id.")
        .with("session_ids", ids.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::principal::{Credential, Role, Token};

    fn credential(role: Role) -> Credential {
        Credential::Token(Token { id: Uuid::nil(), role, family_id: None, issued_at: DateTime::UNIX_EPOCH })
    }

    fn somebody() -> Principal {
        Principal {
            college_id: Uuid::nil(),
            id: Uuid::from_u128(1),
            credential: credential(Role::Student),
            expires_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_session_never_goes_back() {
        use State::{Active, Cancelled, Completed, Scheduled};
        let table = [
            (Scheduled, [true, false, true]),
            (Active, [false, true, true]),
            (Completed, [false, false, false]),
            (Cancelled, [false, false, false]),
        ];
        for (state, allowed) in table {
            for (wanted, expected) in [Move::Start, Move::End, Move::Cancel].into_iter().zip(allowed) {
                assert_eq!(wanted.sources().contains(&state), expected, "{state:?} {wanted:?}");
            }
        }
    }

    #[test]
    fn a_plan_lasts_longer_than_nothing_and_no_longer_than_a_day() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).expect("it is a time");
        for (end, allowed) in [(-1, false), (0, false), (1, true), (86_400, true), (86_401, false)] {
            assert_eq!(check_plan(at(0), at(end)).is_ok(), allowed, "{end}");
        }
    }

    #[test]
    fn a_session_is_its_teachers_and_the_colleges() {
        let session = |teacher| Model { teacher_id: Uuid::from_u128(teacher), ..Model::example(DateTime::UNIX_EPOCH) };
        let caller = |role| Principal { credential: credential(role), ..somebody() };
        let table = [
            (Role::Teacher, 1, true),
            (Role::Teacher, 2, false),
            (Role::Admin, 2, true),
            // Even one who was a teacher then.
            (Role::Student, 1, false),
        ];
        for (role, teacher, expected) in table {
            assert_eq!(teaches(&caller(role), &session(teacher)), expected, "{role:?} {teacher}");
        }
    }

    #[test]
    fn a_teacher_plans_for_herself_and_an_administrator_for_a_teacher() {
        let principal = |role| Principal { credential: credential(role), ..somebody() };
        let (own, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let table = [
            (Role::Teacher, None, Ok(own)),
            (Role::Teacher, Some(own), Ok(own)),
            (Role::Teacher, Some(other), Err(ErrorReason::NotYourSession)),
            (Role::Admin, Some(other), Ok(other)),
            (Role::Admin, None, Err(ErrorReason::InvalidField)),
        ];
        for (role, named, expected) in table {
            assert_eq!(choose_teacher(&principal(role), named).map_err(|p| p.reason), expected, "{role:?} {named:?}");
        }
    }
}
