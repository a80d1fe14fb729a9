//! DeleteCalendarEntry. Nothing refers to an entry, but what is planned may be different without it.

use uuid::Uuid;

use super::{RESOURCE, service::Service, store};
use crate::{audit, jobs, organisation, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn delete_calendar_entry(
        &self,
        principal: &Principal,
        id: Uuid,
        origin: Origin,
    ) -> Result<(), Problem> {
        let college_id = principal.college_id;
        let now = self.clock.now();
        let row = audit::Row::by(principal, &origin, "calendar_entry.deleted", now).object(RESOURCE, id);
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    store::delete(tx, college_id, id).await?;
                    organisation::plan_again(tx, college_id, None, now).await?;
                    audit::insert(tx, row).await
                })
            })
            .await?;
        jobs::announce(&self.store.bus);
        Ok(())
    }
}
