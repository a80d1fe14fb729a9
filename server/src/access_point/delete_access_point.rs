//! DeleteAccessPoint. The audit keeps what stood where.

use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, copies, service::Service, store};
use crate::{audit, origin::Origin, principal::Principal, problem::Problem, store::detach};

impl Service {
    pub(super) async fn delete_access_point(
        &self,
        principal: &Principal,
        id: Uuid,
        origin: Origin,
    ) -> Result<(), Problem> {
        let college_id = principal.college_id;
        let row = audit::Row::by(principal, &origin, "access_point.deleted", self.clock.now()).object(RESOURCE, id);
        let store = self.store.clone();
        detach(async move {
            let work = store.database.write(move |tx| {
                Box::pin(async move {
                    let gone = store::delete(tx, college_id, id).await?;
                    let detail = json!({"location_id": gone.location_id, "bssid": gone.bssid});
                    audit::insert(tx, row.detail(detail)).await?;
                    Ok(gone.location_id)
                })
            });
            let location_id = work.await?;
            copies::outdate(&store, college_id, location_id).await;
            Ok(())
        })
        .await
    }
}
