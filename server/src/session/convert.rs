//! Sessions as the contract writes them.

use rollcall_proto::v1::{Session, session};

use crate::{
    convert::timestamp,
    entity::session::{Adherence, EndReason, Model, Origin, StartPlace, State},
};

/// What a student is told of a session: not where its teacher was.
pub fn for_student(session: Model) -> Session {
    to_proto(Model { start_position: None, start_distance_meters: None, ..session })
}

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
        origin: origin_to_proto(session.origin).into(),
        occurrence_date: session.occurrence_date.map(|day| day.to_string()).unwrap_or_default(),
        is_adjusted: session.is_adjusted,
        start_adherence: session.start_adherence.map(adherence_to_proto).unwrap_or_default().into(),
        start_offset_seconds: session.start_offset_seconds,
        start_position: session.start_position.map(start_place_to_proto).unwrap_or_default().into(),
        start_distance_meters: session.start_distance_meters,
        end_reason: session.end_reason.map(end_reason_to_proto).unwrap_or_default().into(),
        makes_up_session_id: session.makes_up_session_id.map(|id| id.to_string()).unwrap_or_default(),
        has_participants: session.has_participants,
        also_location_ids: session.also_location_ids.to_texts(),
    }
}

const fn origin_to_proto(origin: Origin) -> session::Origin {
    match origin {
        Origin::Hand => session::Origin::Hand,
        Origin::Timetable => session::Origin::Timetable,
        Origin::Makeup => session::Origin::Makeup,
    }
}

const fn adherence_to_proto(adherence: Adherence) -> session::Adherence {
    match adherence {
        Adherence::Early => session::Adherence::Early,
        Adherence::OnTime => session::Adherence::OnTime,
        Adherence::Late => session::Adherence::Late,
    }
}

const fn start_place_to_proto(place: StartPlace) -> session::StartPlace {
    match place {
        StartPlace::Inside => session::StartPlace::Inside,
        StartPlace::Uncertain => session::StartPlace::Uncertain,
    }
}

const fn end_reason_to_proto(reason: EndReason) -> session::EndReason {
    match reason {
        EndReason::Teacher => session::EndReason::Teacher,
        EndReason::Administrator => session::EndReason::Administrator,
        EndReason::NotStarted => session::EndReason::NotStarted,
        EndReason::NotEnded => session::EndReason::NotEnded,
        EndReason::SlotChanged => session::EndReason::SlotChanged,
        EndReason::DayOff => session::EndReason::DayOff,
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
