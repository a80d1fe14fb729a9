//! UpdateLocation: check what is named → write → drop the copies that check-ins are decided on.

use rollcall_proto::v1::{Location, UpdateLocationRequest};

use super::{
    Circle, RESOURCE,
    convert::capacity as capacity_from_proto,
    copies,
    rules::{self, Outline},
    service::Service,
    store,
};
use crate::{
    audit, convert, entity::location, mask::Mask, origin::Origin, principal::Principal, problem::Problem, store::detach,
};

const WRITABLE: &[&str] =
    &["name", "latitude", "longitude", "radius_meters", "building", "classroom_number", "capacity", "polygon"];

impl Service {
    pub(super) async fn update_location(
        &self,
        principal: &Principal,
        request: UpdateLocationRequest,
        origin: Origin,
    ) -> Result<location::Model, Problem> {
        let mask = Mask::read(request.update_mask.as_ref(), WRITABLE)?;
        let mut wanted = request.location.unwrap_or_default();
        let id = convert::id("location.id", &wanted.id)?;
        let outline = rules::check_update(&mut wanted, &mask, request.update_mask.is_some())?;
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, "location.updated", now).object(RESOURCE, id);
        let store = self.store.clone();
        detach(async move {
            let change = move |mut location: location::Model| {
                apply(&mut location, wanted, outline, &mask)?;
                location.updated_at = now;
                Ok(location)
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

fn apply(location: &mut location::Model, wanted: Location, outline: Outline, mask: &Mask) -> Result<(), Problem> {
    let Location { name, latitude, longitude, radius_meters, building, classroom_number, capacity, .. } = wanted;
    mask.put("name", &mut location.name, name);
    mask.put("building", &mut location.building, building);
    mask.put("classroom_number", &mut location.classroom_number, classroom_number);
    mask.put("capacity", &mut location.capacity, capacity_from_proto(capacity));
    match outline {
        Outline::Polygon(shape) => {
            let Circle { latitude, longitude, radius_meters } = shape.circle;
            (location.latitude, location.longitude, location.radius_meters) = (latitude, longitude, radius_meters);
            location.polygon = Some(shape.polygon);
            return Ok(());
        }
        Outline::Circle => location.polygon = None,
        Outline::AsItWas if location.polygon.is_some() => rules::check_beside_polygon(mask)?,
        Outline::AsItWas => {}
    }
    mask.put("latitude", &mut location.latitude, latitude);
    mask.put("longitude", &mut location.longitude, longitude);
    mask.put("radius_meters", &mut location.radius_meters, radius_meters);
    Ok(())
}
