//! DeleteDivision: the database refuses where somebody ever belonged to it, or something was or will be held for it.

use uuid::Uuid;

use super::{RESOURCE, roster, service::Service, store};
use crate::{audit, origin::Origin, principal::Principal, problem::Problem, store::detach};

impl Service {
    pub(super) async fn delete_division(&self, principal: &Principal, id: Uuid, origin: Origin) -> Result<(), Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, "division.deleted", now).object(RESOURCE, id);
        let store = self.store.clone();
        detach(async move {
            store
                .database
                .write(move |tx| {
                    Box::pin(async move {
                        store::delete_division(tx, college_id, id, now).await?;
                        audit::insert(tx, row).await
                    })
                })
                .await?;
            roster::outdate(&store, college_id, id).await;
            Ok(())
        })
        .await
    }
}
