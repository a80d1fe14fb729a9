//! ListMakeupSlots: who owes the session → the times in question → who and what is taken then → rank.

use std::{collections::HashMap, ops::RangeInclusive};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use rollcall_proto::v1::{ListMakeupSlotsRequest, ListMakeupSlotsResponse, MakeupSlot};
use uuid::Uuid;

use super::{
    access::find_for_staff,
    makeup::{self, Proposal, Window},
    rules,
    service::Service,
};
use crate::{
    calendar, convert, entity::session::Model, geofence, organisation, principal::Principal, problem::Problem,
};

/// Of the window, in days.
const LONGEST_WINDOW: u64 = 60;
const USUAL_WINDOW: u64 = 14;
const USUAL_SLOTS: i32 = 20;
const MOST_SLOTS: i32 = 200;
/// The hours of a day in which sessions are held, where the request names none.
const EARLIEST: NaiveTime = NaiveTime::from_hms_opt(8, 0, 0).expect("it is a time of day");
const LATEST: NaiveTime = NaiveTime::from_hms_opt(18, 0, 0).expect("it is a time of day");
const END_OF_DAY: NaiveTime = NaiveTime::from_hms_opt(23, 59, 0).expect("it is a time of day");

impl Service {
    pub(super) async fn list_makeup_slots(
        &self,
        principal: &Principal,
        request: ListMakeupSlotsRequest,
    ) -> Result<ListMakeupSlotsResponse, Problem> {
        let college_id = principal.college_id;
        let id = convert::id("id", &request.id)?;
        let session = find_for_staff(&self.store, principal, id).await?;
        let database = &self.store.database;
        let college = organisation::find_college(database, college_id).await?;
        let now = self.clock.now();
        let window = read_window(&request, &session, organisation::day_in(&college.time_zone, now))?;
        let named_teacher = convert::optional_id("teacher_id", request.teacher_id.as_deref())?;
        let teacher_id = rules::choose_makeup_teacher(principal, &session, named_teacher)?;
        let location_id = convert::optional_id("location_id", request.location_id.as_deref())?;
        if let Some(location_id) = location_id {
            geofence::find(database, college_id, location_id).await?;
        }

        let reader = database.reader();
        let owing = makeup::owing(reader, &session).await?;
        let (zone, days) = (organisation::zone(&college.time_zone), window.first..=window.last);
        let days_off = calendar::days_off(database.reader(), college_id, days.clone()).await?.dates();
        let students =
            makeup::students_with_memberships(reader, college_id, &college.time_zone, &owing.students).await?;
        let mut rooms = makeup::load_rooms(reader, college_id).await?;
        rooms.retain(|room| location_id.is_none_or(|id| room.id == id));
        let rooms = makeup::in_order(rooms, owing.students.len(), session.location_id);
        let names: HashMap<Uuid, String> = rooms.iter().map(|room| (room.id, room.name.clone())).collect();
        let occupancy = makeup::load_occupancy(reader, college_id, zone, days, &days_off).await?;
        let limit = limit(request.max_slots);
        let search = move || {
            let wanted = makeup::candidates(&window, zone, &days_off, now);
            let rooms: Vec<_> = rooms.iter().map(|room| occupancy.free_room(room.id)).collect();
            makeup::rank(&wanted, &occupancy.teacher(teacher_id), &rooms, &occupancy.students(&students), limit)
        };
        // Thousands of times against hundreds of rooms are not for the threads that serve everybody else.
        let found = tokio::task::spawn_blocking(search).await.map_err(Problem::internal)?;
        Ok(ListMakeupSlotsResponse {
            slots: found.iter().map(|proposal| to_proto(proposal, &names)).collect(),
            owing_students: convert::count(owing.students.len()),
            teacher_id: teacher_id.to_string(),
        })
    }
}

fn limit(asked_for: i32) -> usize {
    let slots = if asked_for == 0 { USUAL_SLOTS } else { asked_for.min(MOST_SLOTS) };
    usize::try_from(slots).unwrap_or(0)
}

fn read_window(request: &ListMakeupSlotsRequest, session: &Model, today: NaiveDate) -> Result<Window, Problem> {
    let days = read_days(
        convert::optional_date("from", request.from.as_deref())?,
        convert::optional_date("to", request.to.as_deref())?,
        today,
    )?;
    let length = match request.duration_minutes {
        Some(minutes) => TimeDelta::minutes(minutes.into()),
        None => session.planned_end - session.planned_start,
    };
    // A session that fills more than the usual hours may have the whole day.
    let usual = if length <= LATEST - EARLIEST { (EARLIEST, LATEST) } else { (NaiveTime::MIN, END_OF_DAY) };
    let clock = |field, text: &Option<String>, usual| match text {
        Some(text) => convert::clock(field, text),
        None => Ok(usual),
    };
    let earliest = clock("earliest", &request.earliest, usual.0)?;
    let latest = clock("latest", &request.latest, usual.1)?;
    if latest - earliest < length {
        let minutes = length.num_minutes();
        let words = format!(
            "must be at least {minutes} minutes after earliest, as the session lasts: name other hours, or a shorter \
             duration_minutes"
        );
        return Err(Problem::invalid_field("latest", words));
    }
    Ok(Window { first: *days.start(), last: *days.end(), earliest, latest, length })
}

/// The days that are searched: from today on, two weeks where no end is named.
fn read_days(
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<RangeInclusive<NaiveDate>, Problem> {
    let first = from.unwrap_or(today).max(today);
    let last = match to {
        Some(to) => to,
        None => first.checked_add_days(Days::new(USUAL_WINDOW - 1)).unwrap_or(first),
    };
    if last < first {
        return Err(Problem::invalid_field("to", "must not be before from, nor in the past"));
    }
    if last.signed_duration_since(first).num_days().unsigned_abs() >= LONGEST_WINDOW {
        return Err(Problem::invalid_field("to", format!("must be within {LONGEST_WINDOW} days")));
    }
    Ok(first..=last)
}

fn to_proto(proposal: &Proposal<Uuid>, names: &HashMap<Uuid, String>) -> MakeupSlot {
    let time = |time: DateTime<Utc>| Some(convert::timestamp(time));
    MakeupSlot {
        planned_start: time(proposal.span.start),
        planned_end: time(proposal.span.end),
        location_id: proposal.room.to_string(),
        location_name: names.get(&proposal.room).cloned().unwrap_or_default(),
        free_students: convert::count(proposal.free_students),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ErrorReason;

    #[test]
    fn days_begin_today_and_are_no_more_than_sixty() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("it is a day");
        let today = day("2026-03-10");
        let table = [
            (None, None, Ok(("2026-03-10", "2026-03-23"))),
            (Some("2026-04-01"), None, Ok(("2026-04-01", "2026-04-14"))),
            (Some("2026-03-01"), Some("2026-03-10"), Ok(("2026-03-10", "2026-03-10"))),
            (None, Some("2026-05-08"), Ok(("2026-03-10", "2026-05-08"))),
            (None, Some("2026-05-09"), Err(())),
            (None, Some("2026-03-09"), Err(())),
            (Some("2026-03-12"), Some("2026-03-11"), Err(())),
        ];
        for (from, to, expected) in table {
            let found = read_days(from.map(day), to.map(day), today);
            let found = found.map_err(|problem| assert_eq!(problem.reason, ErrorReason::InvalidField));
            assert_eq!(found, expected.map(|(first, last)| day(first)..=day(last)), "{from:?} {to:?}");
        }
    }
}
