//! RevokeApiKey: mark the key, name it among what is revoked → tell the replicas.

use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, REVOKED, service::Service, store};
use crate::{
    audit, entity::api_key::Model, identity::Revoked, origin::Origin, principal::Principal, problem::Problem,
    store::detach,
};

impl Service {
    pub(super) async fn revoke_api_key(
        &self,
        principal: &Principal,
        id: Uuid,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, REVOKED, now).object(RESOURCE, id);
        let (database, revoker) = (self.store.database.clone(), self.revoker.clone());
        detach(async move {
            let writer = revoker.clone();
            let work = database.write(move |tx| {
                Box::pin(async move {
                    let key = store::lock(tx, college_id, id).await?;
                    if key.revoked_at.is_some() {
                        return Ok((key, None));
                    }
                    store::revoke(tx, &key, now).await?;
                    let told = writer.revoke(tx, Revoked::key(college_id, id)).await?;
                    audit::insert(tx, row.detail(json!({"name": key.name}))).await?;
                    Ok((Model { revoked_at: Some(now), ..key }, Some(told)))
                })
            });
            let (key, told) = work.await?;
            if let Some(told) = told {
                revoker.tell(told);
            }
            Ok(key)
        })
        .await
    }
}
