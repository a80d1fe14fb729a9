//! CreateAccessPoint: bring the address into its one spelling → insert; the database refuses a location that is not there
//! and an address that is taken.

use rollcall_proto::v1::CreateAccessPointRequest;
use serde_json::json;
use uuid::Uuid;

use super::{
    ANY_SIGNAL_DBM, RESOURCE, bssid, copies,
    service::{Service, kind_from_proto},
    store,
};
use crate::{
    audit, convert, entity::access_point, origin::Origin, principal::Principal, problem::Problem, store::detach,
};

impl Service {
    pub(super) async fn create_access_point(
        &self,
        principal: &Principal,
        request: CreateAccessPointRequest,
        origin: Origin,
    ) -> Result<access_point::Model, Problem> {
        let kind = kind_from_proto(request.r#type())?;
        let bssid = bssid::normalise(&request.bssid).ok_or_else(|| {
            Problem::invalid_field("bssid", "must be the address of one device, such as 4a:5b:6c:7d:8e:9f")
        })?;
        let (college_id, now) = (principal.college_id, self.clock.now());
        let made = access_point::Model {
            college_id,
            id: Uuid::now_v7(),
            location_id: convert::id("location_id", &request.location_id)?,
            bssid,
            ssid: request.ssid,
            min_rssi_dbm: request.min_rssi_dbm.unwrap_or(ANY_SIGNAL_DBM),
            kind,
            created_at: now,
        };
        let row = audit::Row::by(principal, &origin, "access_point.created", now)
            .object(RESOURCE, made.id)
            .detail(json!({"location_id": made.location_id, "bssid": made.bssid}));
        let (stored, store) = (made.clone(), self.store.clone());
        detach(async move {
            store
                .database
                .write(move |tx| {
                    Box::pin(async move {
                        store::insert(tx, stored).await?;
                        audit::insert(tx, row).await
                    })
                })
                .await?;
            copies::outdate(&store, college_id, made.location_id).await;
            Ok(made)
        })
        .await
    }
}
