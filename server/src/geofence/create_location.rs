//! CreateLocation: insert; the database refuses a name that is taken.

use rollcall_proto::v1::CreateLocationRequest;
use uuid::Uuid;

use super::{RESOURCE, convert, copies, rules, service::Service, store};
use crate::{audit, entity::location, origin::Origin, principal::Principal, problem::Problem, store::detach};

impl Service {
    pub(super) async fn create_location(
        &self,
        principal: &Principal,
        mut request: CreateLocationRequest,
        origin: Origin,
    ) -> Result<location::Model, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let (circle, polygon) = rules::read_fence(&mut request, self.default_radius_meters)?;
        let location = location::Model {
            college_id,
            id: Uuid::now_v7(),
            name: request.name,
            latitude: circle.latitude,
            longitude: circle.longitude,
            radius_meters: circle.radius_meters,
            polygon,
            building: request.building,
            classroom_number: request.classroom_number,
            capacity: convert::capacity(request.capacity),
            created_at: now,
            updated_at: now,
        };
        let row = audit::Row::by(principal, &origin, "location.created", now).object(RESOURCE, location.id);
        let store = self.store.clone();
        detach(async move {
            let made = location.clone();
            store
                .database
                .write(move |tx| {
                    Box::pin(async move {
                        store::insert(tx, made).await?;
                        audit::insert(tx, row).await
                    })
                })
                .await?;
            copies::outdate(&store, college_id, location.id).await;
            Ok(location)
        })
        .await
    }
}
