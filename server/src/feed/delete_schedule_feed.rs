//! DeleteScheduleFeed. Nothing keeps a copy of a link, so none works longer.

use super::{RESOURCE, service::Service, store};
use crate::{audit, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn delete_schedule_feed(&self, principal: &Principal, origin: Origin) -> Result<(), Problem> {
        let (college_id, user_id) = (principal.college_id, principal.id);
        let row = audit::Row::by(principal, &origin, "schedule_feed.deleted", self.clock.now());
        let row = row.object(RESOURCE, user_id);
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    store::delete(tx, college_id, user_id).await?;
                    audit::insert(tx, row).await
                })
            })
            .await
    }
}
