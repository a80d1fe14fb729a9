//! UpdateCalendarEntry: check what is named → write, if the entry as a whole holds together.

use chrono::{NaiveDate, NaiveTime};
use rollcall_proto::v1::{CalendarEntry, UpdateCalendarEntryRequest};

use super::{RESOURCE, convert, rules, service::Service, store};
use crate::{
    audit, entity::calendar_entry::Model, jobs, mask::Mask, organisation, origin::Origin, principal::Principal,
    problem::Problem,
};

const WRITABLE: &[&str] = &["kind", "name", "from_date", "to_date", "days_of_week", "start_time", "end_time"];

/// The days and times that are wanted, as far as they are given.
struct Times {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    start: Option<NaiveTime>,
    end: Option<NaiveTime>,
}

impl Service {
    pub(super) async fn update_calendar_entry(
        &self,
        principal: &Principal,
        request: UpdateCalendarEntryRequest,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let mask = Mask::read(request.update_mask.as_ref(), WRITABLE)?;
        let wanted = request.entry.unwrap_or_default();
        let id = crate::convert::id("entry.id", &wanted.id)?;
        rules::check_update(&wanted, &mask)?;
        let times = Times {
            from: convert::day("entry.from_date", &wanted.from_date)?,
            to: convert::day("entry.to_date", &wanted.to_date)?,
            start: convert::clock("entry.start_time", &wanted.start_time)?,
            end: convert::clock("entry.end_time", &wanted.end_time)?,
        };
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, "calendar_entry.updated", now).object(RESOURCE, id);
        let change = move |current: Model| {
            rules::check_source(&wanted, &current)?;
            let changed = apply(Model { updated_at: now, ..current }, wanted, &times, &mask);
            rules::check(&changed, "entry.")?;
            Ok(changed)
        };
        let changed = self
            .store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    let changed = store::change(tx, college_id, id, change).await?;
                    organisation::plan_again(tx, college_id, None, now).await?;
                    audit::insert(tx, row).await?;
                    Ok(changed)
                })
            })
            .await?;
        jobs::announce(&self.store.bus);
        Ok(changed)
    }
}

fn apply(mut entry: Model, wanted: CalendarEntry, times: &Times, mask: &Mask) -> Model {
    if let Some(kind) = convert::kind_from_proto(wanted.kind()) {
        mask.put("kind", &mut entry.kind, kind);
    }
    if let Some(from) = times.from {
        mask.put("from_date", &mut entry.from_date, from);
    }
    // Without a last day it is the first one.
    let to_date = times.to.unwrap_or(entry.from_date);
    mask.put("to_date", &mut entry.to_date, to_date);
    mask.put("days_of_week", &mut entry.days_of_week, convert::bits(&wanted.days_of_week));
    mask.put("start_time", &mut entry.start_time, times.start);
    mask.put("end_time", &mut entry.end_time, times.end);
    mask.put("name", &mut entry.name, wanted.name);
    entry
}
