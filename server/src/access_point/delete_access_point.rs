//! DeleteAccessPoint. The audit keeps what stood where.

use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, service::Service, store};
use crate::{audit, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn delete_access_point(
        &self,
        principal: &Principal,
        id: Uuid,
        origin: Origin,
    ) -> Result<(), Problem> {
        let college_id = principal.college_id;
        let row = audit::Row::by(principal, &origin, "access_point.deleted", self.clock.now()).object(RESOURCE, id);
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    let gone = store::delete(tx, college_id, id).await?;
                    let detail = json!({"location_id": gone.location_id, "bssid": gone.bssid});
                    audit::insert(tx, row.detail(detail)).await
                })
            })
            .await
    }
}
