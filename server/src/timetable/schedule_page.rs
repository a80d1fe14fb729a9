//! A page of the caller's schedule, as ListMySchedule and ListToday give it: the days → the schedule → page by start.

use chrono::{DateTime, NaiveDate, Utc};
use rollcall_proto::v1::{DayOff, Occurrence};
use uuid::Uuid;

use super::{convert, names::Names, schedule::schedule, service::Service};
use crate::{entity::college, organisation, page::Page, principal::Principal, problem::Problem};

pub struct SchedulePage {
    pub occurrences: Vec<Occurrence>,
    pub days_off: Vec<DayOff>,
    pub next_page_token: String,
}

impl Service {
    /// What takes place for the caller from one day to another.
    pub(super) async fn schedule_page(
        &self,
        principal: &Principal,
        college: &college::Model,
        (from, to): (NaiveDate, NaiveDate),
        page_size: i32,
        page_token: &str,
    ) -> Result<SchedulePage, Problem> {
        let database = &self.store.database;
        let days = format!("{from}{to}");
        let purpose: [&[u8]; 4] = [b"schedule", college.id.as_bytes(), principal.id.as_bytes(), days.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, page_size, page_token);
        let after = page.position::<(DateTime<Utc>, Uuid)>()?;
        let found = schedule(database, college, principal.reach(), from, to).await?;
        let rest = found.entries.into_iter().filter(|entry| Some((entry.occurrence.start, entry.slot.id)) > after);
        let (entries, next_page_token) = page.cut(rest.collect(), |last| (last.occurrence.start, last.slot.id))?;
        let slots: Vec<_> = entries.iter().map(|entry| &entry.slot).collect();
        let names = Names::of(database, college.id, &slots).await?;
        let zone = organisation::zone(&college.time_zone);
        let day_off = |day: NaiveDate| DayOff {
            date: day.to_string(),
            name: found.days_off.name(day).unwrap_or_default().to_owned(),
        };
        Ok(SchedulePage {
            occurrences: entries.iter().map(|entry| convert::occurrence(entry, zone, &names)).collect(),
            days_off: found.days_off.dates().into_iter().map(day_off).collect(),
            next_page_token,
        })
    }
}
