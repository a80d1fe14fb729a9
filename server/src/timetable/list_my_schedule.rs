//! ListMySchedule: the days → the caller's schedule → page by start.

use chrono::{DateTime, NaiveDate, Utc};
use rollcall_proto::v1::{DayOff, ListMyScheduleRequest, ListMyScheduleResponse, Occurrence};
use uuid::Uuid;

use super::{
    convert, rules,
    schedule::{Names, schedule},
    service::Service,
};
use crate::{
    convert::optional_date,
    entity::college,
    organisation::{self, day_in},
    page::Page,
    principal::Principal,
    problem::Problem,
};

/// A page of a schedule.
pub(super) struct Part {
    pub occurrences: Vec<Occurrence>,
    pub days_off: Vec<DayOff>,
    pub next_page_token: String,
}

impl Service {
    pub(super) async fn list_mine(
        &self,
        principal: &Principal,
        request: ListMyScheduleRequest,
    ) -> Result<ListMyScheduleResponse, Problem> {
        let from = optional_date("from", request.from.as_deref())?;
        let to = optional_date("to", request.to.as_deref())?;
        let college = organisation::find_college(&self.store.database, principal.college_id).await?;
        let days = rules::days(from, to, day_in(&college.time_zone, self.clock.now()))?;
        let Part { occurrences, days_off, next_page_token } =
            self.part(principal, &college, days, request.page_size, &request.page_token).await?;
        Ok(ListMyScheduleResponse { occurrences, days_off, next_page_token })
    }

    /// A page of what takes place for the caller from one day to another.
    pub(super) async fn part(
        &self,
        principal: &Principal,
        college: &college::Model,
        (from, to): (NaiveDate, NaiveDate),
        page_size: i32,
        page_token: &str,
    ) -> Result<Part, Problem> {
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
        let zone = college.time_zone.parse().unwrap_or(chrono_tz::UTC);
        let day_off = |day: NaiveDate| DayOff {
            date: day.to_string(),
            name: found.days_off.name(day).unwrap_or_default().to_owned(),
        };
        Ok(Part {
            occurrences: entries.iter().map(|entry| convert::occurrence(entry, zone, &names)).collect(),
            days_off: found.days_off.dates().into_iter().map(day_off).collect(),
            next_page_token,
        })
    }
}
