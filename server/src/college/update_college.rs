//! UpdateCollege: lock → check what is named, and that no policy needs what is switched off → write, with what is different in the audit, and plan again where that changes
//! sessions → tell of new networks.

use rollcall_proto::v1::UpdateCollegeRequest;

use super::{RESOURCE, rules, service::Service, store};
use crate::{
    audit,
    entity::college,
    jobs,
    mask::Mask,
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{Notice, detach},
    workforce,
};

const WRITABLE: &[&str] = &[
    "name",
    "time_zone",
    "late_grace_seconds",
    "registration",
    "campus_networks",
    "retention_days",
    "start_early_minutes",
    "start_late_minutes",
    "plan_horizon_days",
    "end_after_minutes",
    "feedback_days",
    "late_weight_percent",
    "excused_counts",
    "record_lock_days",
    "excuse_request_days",
    "excuse_decision_days",
    "start_position",
    "language",
    "low_attendance_percent",
    "device_cooldown_hours",
    "offline_window_hours",
    "face_enabled",
    "location_deletion_allowed",
];

impl Service {
    pub(super) async fn update_college(
        &self,
        principal: &Principal,
        request: UpdateCollegeRequest,
        origin: Origin,
    ) -> Result<college::Model, Problem> {
        let mask = Mask::read(request.update_mask.as_ref(), WRITABLE)?;
        let wanted = request.college.unwrap_or_default();
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, "college.updated", now).object(RESOURCE, college_id);
        let (database, bus) = (self.store.database.clone(), self.store.bus.clone());
        detach(async move {
            let work = database.write(move |tx| {
                Box::pin(async move {
                    let college = organisation::lock_college(tx, college_id).await?;
                    let changed = college::Model { updated_at: now, ..rules::change(&college, wanted, &mask)? };
                    store::check_policies(tx, college_id, &rules::switched_off(&college, &changed)).await?;
                    store::replace(tx, changed.clone()).await?;
                    if rules::plans_differently(&college, &changed) {
                        organisation::plan_again(tx, college_id, None, now).await?;
                    }
                    if college.time_zone != changed.time_zone {
                        workforce::outdate_college(tx, college_id).await?;
                    }
                    audit::insert(tx, row.detail(rules::difference(&college, &changed))).await?;
                    Ok((college, changed))
                })
            });
            let (before, changed) = work.await?;
            if rules::plans_differently(&before, &changed) {
                jobs::announce(&bus);
            }
            if before.campus_networks != changed.campus_networks {
                bus.announce(Notice::NetworksChanged { college_id });
            }
            Ok(changed)
        })
        .await
    }
}
