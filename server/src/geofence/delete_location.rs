//! DeleteLocation: the database refuses where something was or will be held there.

use uuid::Uuid;

use super::{RESOURCE, copies, service::Service, store};
use crate::{audit, origin::Origin, principal::Principal, problem::Problem, store::detach};

impl Service {
    pub(super) async fn delete_location(&self, principal: &Principal, id: Uuid, origin: Origin) -> Result<(), Problem> {
        let college_id = principal.college_id;
        let row = audit::Row::by(principal, &origin, "location.deleted", self.clock.now()).object(RESOURCE, id);
        let store = self.store.clone();
        detach(async move {
            store
                .database
                .write(move |tx| {
                    Box::pin(async move {
                        store::delete(tx, college_id, id).await?;
                        audit::insert(tx, row).await
                    })
                })
                .await?;
            copies::outdate(&store, college_id, id).await;
            Ok(())
        })
        .await
    }
}
