//! UpdateLocation: check what is named → write → drop the copies that check-ins are decided on.

use rollcall_proto::v1::{Location, UpdateLocationRequest};

use super::{RESOURCE, copies, rules, service::Service, store};
use crate::{
    audit, convert, entity::location, mask::Mask, origin::Origin, principal::Principal, problem::Problem, store::detach,
};

const WRITABLE: &[&str] = &["name", "latitude", "longitude", "radius_meters", "building", "classroom_number"];

impl Service {
    pub(super) async fn update(
        &self,
        principal: &Principal,
        request: UpdateLocationRequest,
        origin: Origin,
    ) -> Result<location::Model, Problem> {
        let mask = Mask::read(request.update_mask.as_ref(), WRITABLE)?;
        let wanted = request.location.unwrap_or_default();
        let id = convert::id("location.id", &wanted.id)?;
        rules::check_update(&wanted, &mask)?;
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, "location.updated", now).object(RESOURCE, id);
        let store = self.store.clone();
        detach(async move {
            let change = move |mut location: location::Model| {
                apply(&mut location, wanted, &mask);
                location.updated_at = now;
                location
            };
            let location = store
                .database
                .write(move |tx| {
                    Box::pin(async move {
                        let changed = store::change(tx, college_id, id, change).await?;
                        audit::insert(tx, row).await?;
                        Ok(changed)
                    })
                })
                .await?;
            copies::outdate(&store, college_id, id).await;
            Ok(location)
        })
        .await
    }
}

fn apply(location: &mut location::Model, wanted: Location, mask: &Mask) {
    let Location { id: _, name, latitude, longitude, radius_meters, building, classroom_number } = wanted;
    mask.put("name", &mut location.name, name);
    mask.put("latitude", &mut location.latitude, latitude);
    mask.put("longitude", &mut location.longitude, longitude);
    mask.put("radius_meters", &mut location.radius_meters, radius_meters);
    mask.put("building", &mut location.building, building);
    mask.put("classroom_number", &mut location.classroom_number, classroom_number);
}
