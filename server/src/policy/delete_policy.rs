//! DeletePolicy: it is in force no more, and the next wider one is. Its versions stay, because records name them.

use uuid::Uuid;

use super::{RESOURCE, applied, service::Service, store};
use crate::{audit, origin::Origin, principal::Principal, problem::Problem, store::detach};

impl Service {
    pub(super) async fn delete_policy(&self, principal: &Principal, id: Uuid, origin: Origin) -> Result<(), Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, "policy.deleted", now).object(RESOURCE, id);
        let store = self.store.clone();
        detach(async move {
            store
                .database
                .write(move |tx| {
                    Box::pin(async move {
                        store::delete(tx, college_id, id, now).await?;
                        audit::insert(tx, row).await
                    })
                })
                .await?;
            applied::outdate(&store, college_id).await;
            Ok(())
        })
        .await
    }
}
