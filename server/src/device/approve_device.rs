//! ApproveDevice: lock the person → revoke the active key → make the PENDING one active.

use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, rules, service::Service, store};
use crate::{
    audit,
    entity::device::{Model, State},
    origin::Origin,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn approve_device(
        &self,
        principal: &Principal,
        id: Uuid,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let (college_id, by, now) = (principal.college_id, principal.id, self.clock.now());
        let user_id = store::find(&self.store.database, college_id, id).await?.user_id;
        self.check_reach(principal, user_id).await?;
        let row = audit::Row::by(principal, &origin, "device.approved", now).object(RESOURCE, id);
        let work = self.store.database.write(move |tx| {
            Box::pin(async move {
                let keys = store::lock(tx, college_id, user_id, now).await?;
                let meant = keys.iter().find(|key| key.id == id).ok_or_else(|| Problem::not_found(RESOURCE))?;
                if !rules::needs_approval(meant)? {
                    return Ok(meant.clone());
                }
                for key in keys.iter().filter(|key| key.state == State::Active) {
                    store::revoke(tx, key, now).await?;
                }
                let approved = Model { state: State::Active, active_from: now, approved_by: Some(by), ..meant.clone() };
                store::activate(tx, &approved).await?;
                audit::insert(tx, row.detail(json!({"user_id": user_id, "name": approved.name}))).await?;
                Ok(approved)
            })
        });
        work.await
    }
}
