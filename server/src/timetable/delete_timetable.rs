//! DeleteTimetable: the database refuses where sessions were planned by it.

use uuid::Uuid;

use super::{RESOURCE, service::Service, store};
use crate::{audit, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn delete(&self, principal: &Principal, id: Uuid, origin: Origin) -> Result<(), Problem> {
        let college_id = principal.college_id;
        let row = audit::Row::by(principal, &origin, "timetable.deleted", self.clock.now()).object(RESOURCE, id);
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    store::delete(tx, college_id, id).await?;
                    audit::insert(tx, row).await
                })
            })
            .await
    }
}
