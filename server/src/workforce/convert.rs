//! Between rows and the contract.

use rollcall_proto::v1::{Employee, Punch, punch};
use uuid::Uuid;

use super::instant::wall_time;
use crate::{
    convert,
    entity::{
        employee,
        punch::{EventType, Model, Source},
    },
};

pub fn employee_to_proto(employee: employee::Model) -> Employee {
    Employee {
        id: employee.id.to_string(),
        name: employee.name,
        department: employee.department,
        external_id: employee.external_id.unwrap_or_default(),
        time_zone: employee.time_zone.unwrap_or_default(),
        location_id: employee.location_id.map(|id| id.to_string()),
        is_active: employee.is_active,
    }
}

pub fn punch_to_proto(found: Model, corrected_by_id: Option<Uuid>, replayed: bool) -> Punch {
    Punch {
        id: found.id.to_string(),
        employee_id: found.employee_id.to_string(),
        event_type: event_type_to_proto(found.event_type).into(),
        occurred_at: Some(convert::timestamp(found.occurred_at)),
        wall_time: wall_time(found.occurred_at, found.utc_offset_seconds),
        event_time: found.event_time,
        utc_offset_seconds: found.utc_offset_seconds,
        time_zone: found.time_zone.unwrap_or_default(),
        source: source_to_proto(found.source).into(),
        event_id: found.event_id.unwrap_or_default(),
        location_id: found.location_id.map(|id| id.to_string()),
        verification: found.verification.unwrap_or_default(),
        corrects_id: found.corrects_id.map(|id| id.to_string()),
        corrected_by_id: corrected_by_id.map(|id| id.to_string()),
        is_void: found.is_void,
        reason: found.reason.unwrap_or_default(),
        recorded_at: Some(convert::timestamp(found.recorded_at)),
        recorded_by_id: found.recorded_by.map(|id| id.to_string()),
        replayed,
    }
}

/// None where nothing is said.
pub const fn event_type(given: punch::EventType) -> Option<EventType> {
    match given {
        punch::EventType::Unspecified => None,
        punch::EventType::In => Some(EventType::In),
        punch::EventType::Out => Some(EventType::Out),
        punch::EventType::BreakOut => Some(EventType::BreakOut),
        punch::EventType::BreakIn => Some(EventType::BreakIn),
        punch::EventType::Unknown => Some(EventType::Unknown),
    }
}

const fn event_type_to_proto(stored: EventType) -> punch::EventType {
    match stored {
        EventType::In => punch::EventType::In,
        EventType::Out => punch::EventType::Out,
        EventType::BreakOut => punch::EventType::BreakOut,
        EventType::BreakIn => punch::EventType::BreakIn,
        EventType::Unknown => punch::EventType::Unknown,
    }
}

/// None where nothing is said.
pub const fn source(given: punch::Source) -> Option<Source> {
    match given {
        punch::Source::Unspecified => None,
        punch::Source::Api => Some(Source::Api),
        punch::Source::Terminal => Some(Source::Terminal),
        punch::Source::Phone => Some(Source::Phone),
        punch::Source::Manual => Some(Source::Manual),
    }
}

const fn source_to_proto(stored: Source) -> punch::Source {
    match stored {
        Source::Api => punch::Source::Api,
        Source::Terminal => punch::Source::Terminal,
        Source::Phone => punch::Source::Phone,
        Source::Manual => punch::Source::Manual,
    }
}
