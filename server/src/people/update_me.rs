//! UpdateMe: people change their own name. The request can hold nothing else.

use rollcall_proto::v1::UpdateMeRequest;

use super::{RESOURCE, service::Service, store};
use crate::{audit, entity::user, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn update_me(
        &self,
        principal: &Principal,
        request: UpdateMeRequest,
        origin: Origin,
    ) -> Result<user::Model, Problem> {
        let (college_id, id, now) = (principal.college_id, principal.id, self.clock.now());
        let row = audit::Row::new(college_id, "user.renamed", now).actor(id).object(RESOURCE, id).from(&origin);
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    let found = store::lock(tx, college_id, id).await?;
                    let changed = user::Model { username: request.username, updated_at: now, ..found };
                    store::write(tx, &changed, store::Guard::None).await?;
                    audit::insert(tx, row).await?;
                    Ok(changed)
                })
            })
            .await
    }
}
