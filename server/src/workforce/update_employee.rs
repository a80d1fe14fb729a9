//! UpdateEmployee: check what is named → lock → write; in another zone every day is derived anew.

use rollcall_proto::v1::{Employee, UpdateEmployeeRequest};
use serde_json::json;

use super::{EMPLOYEE, create_employee::zone, days, read::some, service::Service, store};
use crate::{audit, convert, entity::employee, mask::Mask, origin::Origin, principal::Principal, problem::Problem};

const WRITABLE: &[&str] = &["name", "department", "external_id", "time_zone", "location_id", "is_active"];

impl Service {
    pub(super) async fn update_employee(
        &self,
        principal: &Principal,
        request: UpdateEmployeeRequest,
        origin: Origin,
    ) -> Result<employee::Model, Problem> {
        let mask = Mask::read(request.update_mask.as_ref(), WRITABLE)?;
        let Employee { id, name, department, external_id, time_zone, location_id, is_active, .. } =
            request.employee.unwrap_or_default();
        let id = convert::id("employee.id", &id)?;
        if mask.has("name") && name.is_empty() {
            return Err(Problem::invalid_field("employee.name", "is required"));
        }
        let time_zone = zone("employee.time_zone", time_zone)?;
        let location_id = convert::optional_id("employee.location_id", location_id.as_deref())?;
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, "employee.updated", now).object(EMPLOYEE, id);
        let work = self.store.database.write(move |tx| {
            Box::pin(async move {
                let before = store::lock_employee(tx, college_id, id).await?;
                let mut after = before.clone();
                mask.put("name", &mut after.name, name);
                mask.put("department", &mut after.department, department);
                mask.put("external_id", &mut after.external_id, some(external_id));
                mask.put("time_zone", &mut after.time_zone, time_zone);
                mask.put("location_id", &mut after.location_id, location_id);
                mask.put("is_active", &mut after.is_active, is_active);
                if after == before {
                    return Ok(after);
                }
                if after.time_zone != before.time_zone {
                    days::outdate_all(tx, college_id, id).await?;
                }
                after.updated_at = now;
                store::write_employee(tx, after.clone()).await?;
                let detail = json!({"from": told(&before), "to": told(&after)});
                audit::insert(tx, row.detail(detail)).await?;
                Ok(after)
            })
        });
        work.await
    }
}

fn told(employee: &employee::Model) -> serde_json::Value {
    let employee::Model { name, department, external_id, time_zone, location_id, is_active, .. } = employee;
    json!({
        "name": name,
        "department": department,
        "external_id": external_id,
        "time_zone": time_zone,
        "location_id": location_id,
        "is_active": is_active,
    })
}
