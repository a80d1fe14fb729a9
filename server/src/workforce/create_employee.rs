//! CreateEmployee: check the zone → insert; the database refuses an external id that is taken and a location that is not there.

use chrono_tz::Tz;
use rollcall_proto::v1::CreateEmployeeRequest;
use serde_json::json;
use uuid::Uuid;

use super::{EMPLOYEE, read::some, service::Service, store};
use crate::{audit, convert, entity::employee, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn create_employee(
        &self,
        principal: &Principal,
        request: CreateEmployeeRequest,
        origin: Origin,
    ) -> Result<employee::Model, Problem> {
        let now = self.clock.now();
        let made = employee::Model {
            college_id: principal.college_id,
            id: Uuid::now_v7(),
            name: request.name,
            department: request.department,
            external_id: some(request.external_id),
            time_zone: zone("time_zone", request.time_zone)?,
            location_id: convert::optional_id("location_id", request.location_id.as_deref())?,
            is_active: true,
            created_at: now,
            updated_at: now,
        };
        let row = audit::Row::by(principal, &origin, "employee.created", now)
            .object(EMPLOYEE, made.id)
            .detail(json!({"name": made.name, "department": made.department, "external_id": made.external_id}));
        let stored = made.clone();
        let work = self.store.database.write(move |tx| {
            Box::pin(async move {
                store::insert_employee(tx, stored).await?;
                audit::insert(tx, row).await
            })
        });
        work.await?;
        Ok(made)
    }
}

/// None where nothing is given: then the college's counts.
pub fn zone(field: &str, given: String) -> Result<Option<String>, Problem> {
    match some(given) {
        Some(zone) if zone.parse::<Tz>().is_err() => {
            Err(Problem::invalid_field(field, "must be an IANA zone such as Asia/Kolkata"))
        }
        zone => Ok(zone),
    }
}
