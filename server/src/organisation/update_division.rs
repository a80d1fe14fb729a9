//! UpdateDivision: check what is named → write.

use rollcall_proto::v1::UpdateDivisionRequest;

use super::{RESOURCE, rules, service::Service, store};
use crate::{audit, convert, entity::division, mask::Mask, origin::Origin, principal::Principal, problem::Problem};

const WRITABLE: &[&str] = &["name", "description"];

impl Service {
    pub(super) async fn update_division(
        &self,
        principal: &Principal,
        request: UpdateDivisionRequest,
        origin: Origin,
    ) -> Result<division::Model, Problem> {
        let mask = Mask::read(request.update_mask.as_ref(), WRITABLE)?;
        let wanted = request.division.unwrap_or_default();
        let id = convert::id("division.id", &wanted.id)?;
        rules::check_update(&wanted, &mask)?;
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, "division.updated", now).object(RESOURCE, id);
        let change = move |mut division: division::Model| {
            mask.put("name", &mut division.name, wanted.name);
            mask.put("description", &mut division.description, wanted.description);
            division.updated_at = now;
            division
        };
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    let changed = store::change_division(tx, college_id, id, change).await?;
                    audit::insert(tx, row).await?;
                    Ok(changed)
                })
            })
            .await
    }
}
