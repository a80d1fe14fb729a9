//! A request, read into the punch that it is. Nothing of it is believed that the contract's rules do not say.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rollcall_proto::v1::{CreatePunchRequest, punch};
use sea_orm::ActiveEnum as _;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{convert, instant::Instant};
use crate::{
    entity::punch::{Model as Punch, Source},
    principal::Principal,
    problem::{Problem, Violation},
};

/// A field that is at fault, and why.
pub type Fault = (&'static str, &'static str);

/// Whose punches they are, and who stores them: none where an API key does.
#[derive(Clone, Copy)]
pub struct By {
    pub college_id: Uuid,
    pub recorded_by: Option<Uuid>,
}

impl By {
    pub fn of(principal: &Principal) -> Self {
        Self { college_id: principal.college_id, recorded_by: principal.token().map(|_| principal.id) }
    }
}

/// The punch of a request that keeps the contract's rules.
pub fn punch(by: By, request: CreatePunchRequest, now: DateTime<Utc>) -> Result<Punch, Fault> {
    let employee_id = Uuid::try_parse(&request.employee_id).map_err(|_| ("employee_id", "must be a UUID"))?;
    let location_id = request.location_id.as_deref().map(Uuid::try_parse).transpose();
    let event_type = convert::event_type(request.event_type()).ok_or(("event_type", "is required"))?;
    let source = match request.source() {
        punch::Source::Unspecified => Source::Api,
        given => convert::source(given).ok_or(("source", "is not known"))?,
    };
    let instant = Instant::read(&request.event_time, now).map_err(|fault| ("event_time", fault))?;
    if !request.time_zone.is_empty() {
        let zone = request.time_zone.parse::<Tz>();
        let zone = zone.map_err(|_| ("time_zone", "must be an IANA zone such as Asia/Kolkata"))?;
        if !instant.fits(zone) {
            return Err(("time_zone", "does not have the offset of event_time at that time"));
        }
    }
    Ok(Punch {
        college_id: by.college_id,
        id: Uuid::now_v7(),
        employee_id,
        event_type,
        occurred_at: instant.at,
        event_key: match request.event_id.as_str() {
            "" => {
                let micros = instant.at.timestamp_micros().to_be_bytes();
                key(&[b"at", employee_id.as_bytes(), event_type.to_value().as_bytes(), &micros])
            }
            id => key(&[b"id", source.to_value().as_bytes(), id.as_bytes()]),
        },
        event_time: request.event_time,
        utc_offset_seconds: instant.offset_seconds,
        time_zone: some(request.time_zone),
        source,
        event_id: some(request.event_id),
        location_id: location_id.map_err(|_| ("location_id", "must be a UUID"))?,
        verification: some(request.verification),
        corrects_id: None,
        is_void: false,
        reason: None,
        recorded_by: by.recorded_by,
        recorded_at: now,
    })
}

/// The key of what corrects a punch: there is one at most.
pub fn key_of_correction(id: Uuid) -> Uuid {
    key(&[b"corrects", id.as_bytes()])
}

fn key(parts: &[&[u8]]) -> Uuid {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let digest: [u8; 32] = digest.finalize().into();
    let mut key = [0; 16];
    key.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(key)
}

/// Whether a punch that is there says what another one with its key says. What a clock's text looks like does not matter.
pub fn is_same(stored: &Punch, sent: &Punch) -> bool {
    let said = |punch: &Punch| (punch.employee_id, punch.event_type, punch.occurred_at, punch.is_void);
    said(stored) == said(sent)
}

pub fn refused((field, description): Fault) -> Problem {
    Problem::invalid_field(field, description)
}

pub fn violation((field, description): Fault) -> Violation {
    Violation { field: field.to_owned(), description: description.to_owned() }
}

pub fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
