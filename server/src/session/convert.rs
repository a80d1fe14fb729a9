//! Sessions as the contract writes them.

use rollcall_proto::v1::{Session, session};

use crate::{
    convert::timestamp,
    entity::session::{Model, State},
};

pub fn to_proto(session: Model) -> Session {
    Session {
        id: session.id.to_string(),
        state: state_to_proto(session.state).into(),
        location_id: session.location_id.to_string(),
        division_id: session.division_id.to_string(),
        teacher_id: session.teacher_id.to_string(),
        subject: session.subject,
        planned_start: Some(timestamp(session.planned_start)),
        planned_end: Some(timestamp(session.planned_end)),
        started_at: session.started_at.map(timestamp),
        ended_at: session.ended_at.map(timestamp),
        timetable_id: session.timetable_id.map(|id| id.to_string()).unwrap_or_default(),
        late_grace_seconds: session.late_grace_seconds,
        cancel_reason: session.cancel_reason,
    }
}

const fn state_to_proto(state: State) -> session::State {
    match state {
        State::Scheduled => session::State::Scheduled,
        State::Active => session::State::Active,
        State::Completed => session::State::Completed,
        State::Cancelled => session::State::Cancelled,
    }
}

/// The state that a filter names; none where it names none.
pub fn state_from_proto(state: session::State) -> Option<State> {
    match state {
        session::State::Unspecified => None,
        session::State::Scheduled => Some(State::Scheduled),
        session::State::Active => Some(State::Active),
        session::State::Completed => Some(State::Completed),
        session::State::Cancelled => Some(State::Cancelled),
    }
}
