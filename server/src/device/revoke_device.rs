//! RevokeDevice.

use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, service::Service, store};
use crate::{
    audit,
    entity::device::{Model, State},
    origin::Origin,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn revoke_device(
        &self,
        principal: &Principal,
        id: Uuid,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let user_id = store::find(&self.store.database, college_id, id).await?.user_id;
        self.check_reach(principal, user_id).await?;
        let row = audit::Row::by(principal, &origin, "device.revoked", now).object(RESOURCE, id);
        let work = self.store.database.write(move |tx| {
            Box::pin(async move {
                let keys = store::lock(tx, college_id, user_id, now).await?;
                let meant = keys.into_iter().find(|key| key.id == id).ok_or_else(|| Problem::not_found(RESOURCE))?;
                if meant.state == State::Revoked {
                    return Ok(meant);
                }
                store::revoke(tx, &meant, now).await?;
                audit::insert(tx, row.detail(json!({"user_id": user_id, "name": meant.name}))).await?;
                Ok(Model { state: State::Revoked, revoked_at: Some(now), ..meant })
            })
        });
        work.await
    }
}
