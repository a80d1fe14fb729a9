//! Location histories as the contract writes them.

use chrono::{DateTime, Utc};
use rollcall_proto::v1::{LocationHistoryEntry, location_history_entry::Kind};

use super::{history::CheckIn, rules::expires_at};
use crate::{
    checkin::band_to_proto,
    convert::{optional_date, timestamp},
    entity::{college::Model as College, location, session},
    organisation,
    problem::Problem,
};

/// The times that two days of the college's calendar mean, the first day and the last one each for whoever names it.
pub fn times(
    college: &College,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<(Option<DateTime<Utc>>, Option<DateTime<Utc>>), Problem> {
    let (from, to) = (optional_date("from", from)?, optional_date("to", to)?);
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(Problem::invalid_field("to", format!("must not be before from, {from}")));
    }
    let begin = |day| organisation::begin_of(&college.time_zone, day);
    Ok((from.map(begin), to.map(|day| begin(day.succ_opt().unwrap_or(day)))))
}

pub fn to_proto(
    check_in: CheckIn,
    session: Option<&session::Model>,
    place: Option<&location::Model>,
    retention_days: i32,
) -> LocationHistoryEntry {
    let ended_at = match check_in.kind {
        Kind::Record => session.and_then(|session| session.ended_at),
        _ => Some(check_in.at),
    };
    let expires_at = ended_at.and_then(|ended_at| expires_at(retention_days, ended_at));
    LocationHistoryEntry {
        id: check_in.id.to_string(),
        kind: check_in.kind.into(),
        checked_in_at: Some(timestamp(check_in.at)),
        session_id: check_in.session_id.map(|id| id.to_string()).unwrap_or_default(),
        subject: session.map(|session| session.subject.clone()).unwrap_or_default(),
        place_name: place.map(|place| place.name.clone()).unwrap_or_default(),
        latitude: check_in.latitude,
        longitude: check_in.longitude,
        accuracy_meters: check_in.accuracy_meters,
        distance_band: check_in.band.map(band_to_proto).unwrap_or_default().into(),
        removed_at: check_in.removed_at.map(timestamp),
        expires_at: expires_at.filter(|_| check_in.removed_at.is_none()).map(timestamp),
    }
}
