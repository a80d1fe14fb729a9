//! UpdateTimetable: read what is named → lock the college → write, unless somebody or something is taken then.

use rollcall_proto::v1::UpdateTimetableRequest;

use super::{
    RESOURCE,
    change::{Change, WRITABLE},
    place, rules,
    service::Service,
    store,
};
use crate::{
    audit, convert, entity::timetable::Model, jobs, mask::Mask, organisation, origin::Origin, principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn update_timetable(
        &self,
        principal: &Principal,
        request: UpdateTimetableRequest,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let mask = Mask::read(request.update_mask.as_ref(), WRITABLE)?;
        let wanted = request.timetable.unwrap_or_default();
        let (college_id, id) = (principal.college_id, convert::id("timetable.id", &wanted.id)?);
        let change = Change::read(wanted, &mask)?;
        let now = self.clock.now();
        let row = audit::Row::by(principal, &origin, "timetable.updated", now).object(RESOURCE, id);
        let changed = self
            .store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    organisation::lock_college(tx, college_id).await?;
                    let found = store::lock(tx, college_id, id).await?;
                    let changed = Model { updated_at: now, ..change.apply(found.clone()) };
                    rules::check_slot("timetable.", &changed)?;
                    place::check(tx, Some(&found), &changed).await?;
                    store::write(tx, &changed).await?;
                    organisation::plan_again(tx, college_id, Some(id), now).await?;
                    audit::insert(tx, row).await?;
                    Ok(changed)
                })
            })
            .await?;
        jobs::announce(&self.store.bus);
        Ok(changed)
    }
}
