//! DeleteTimetable: lock the college → cancel the sessions of the slot that lie ahead → delete. The database refuses where
//! sessions by it have begun.

use uuid::Uuid;

use super::{RESOURCE, release::release, service::Service, store};
use crate::{
    audit, organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{Notice, detach},
};

impl Service {
    pub(super) async fn delete_timetable(
        &self,
        principal: &Principal,
        id: Uuid,
        origin: Origin,
    ) -> Result<(), Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, "timetable.deleted", now).object(RESOURCE, id);
        let (database, bus) = (self.store.database.clone(), self.store.bus.clone());
        detach(async move {
            let work = database.write(move |tx| {
                Box::pin(async move {
                    organisation::lock_college(tx, college_id).await?;
                    let cancelled = release(tx, college_id, id, now).await?;
                    store::delete(tx, college_id, id, now).await?;
                    audit::insert(tx, row).await?;
                    Ok(cancelled)
                })
            });
            for session_id in work.await? {
                bus.announce(Notice::SessionChanged { college_id, session_id });
            }
            Ok(())
        })
        .await
    }
}
