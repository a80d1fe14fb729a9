//! CreateDivision: insert; the database refuses a name that is taken.

use rollcall_proto::v1::CreateDivisionRequest;
use uuid::Uuid;

use super::{RESOURCE, service::Service, store};
use crate::{audit, entity::division, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn create_division(
        &self,
        principal: &Principal,
        request: CreateDivisionRequest,
        origin: Origin,
    ) -> Result<division::Model, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let division = division::Model {
            college_id,
            id: Uuid::now_v7(),
            name: request.name,
            description: request.description,
            created_at: now,
            updated_at: now,
        };
        let row = audit::Row::by(principal, &origin, "division.created", now).object(RESOURCE, division.id);
        let made = division.clone();
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    store::insert_division(tx, made).await?;
                    audit::insert(tx, row).await
                })
            })
            .await?;
        Ok(division)
    }
}
