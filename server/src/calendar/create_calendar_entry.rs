//! CreateCalendarEntry: check → lock the college → insert, if there is room. Entries may overlap.

use rollcall_proto::v1::CreateCalendarEntryRequest;
use uuid::Uuid;

use super::{RESOURCE, convert, rules, service::Service, store};
use crate::{
    audit, entity::calendar_entry::Model, jobs, organisation, origin::Origin, principal::Principal, problem::Problem,
};

impl Service {
    pub(super) async fn create_calendar_entry(
        &self,
        principal: &Principal,
        request: CreateCalendarEntryRequest,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let now = self.clock.now();
        let required = |field: &str| Problem::invalid_field(field, "is required");
        let kind = convert::kind_from_proto(request.kind()).ok_or_else(|| required("kind"))?;
        let from_date = convert::day("from_date", &request.from_date)?.ok_or_else(|| required("from_date"))?;
        let to_date = convert::day("to_date", request.to_date.as_deref().unwrap_or_default())?;
        let entry = Model {
            college_id: principal.college_id,
            id: Uuid::now_v7(),
            kind,
            name: request.name,
            from_date,
            to_date: to_date.unwrap_or(from_date),
            days_of_week: convert::bits(&request.days_of_week),
            start_time: convert::clock("start_time", request.start_time.as_deref().unwrap_or_default())?,
            end_time: convert::clock("end_time", request.end_time.as_deref().unwrap_or_default())?,
            source_uid: None,
            source_recurrence_id: None,
            source_digest: None,
            created_at: now,
            updated_at: now,
        };
        rules::check(&entry, "")?;
        let row = audit::Row::by(principal, &origin, "calendar_entry.created", now).object(RESOURCE, entry.id);
        let made = entry.clone();
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    organisation::lock_college(tx, made.college_id).await?;
                    store::check_room(tx, made.college_id, 1).await?;
                    organisation::plan_again(tx, made.college_id, None, now).await?;
                    store::insert(tx, made).await?;
                    audit::insert(tx, row).await
                })
            })
            .await?;
        jobs::announce(&self.store.bus);
        Ok(entry)
    }
}
