//! CollegeService.

use rollcall_proto::v1::{College, GetCollegeRequest, UpdateCollegeRequest, college_service_server::CollegeService};
use tonic::{Request, Response, Status};

use super::rules;
use crate::{clock::Clock, entity::college::Model, origin::Origin, principal::Principal, store::Store};

/// What colleges need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
}

#[tonic::async_trait]
impl CollegeService for Service {
    async fn get_college(&self, request: Request<GetCollegeRequest>) -> Result<Response<College>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(to_proto(self.get_college(&principal).await?)))
    }

    async fn update_college(&self, request: Request<UpdateCollegeRequest>) -> Result<Response<College>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.update_college(&principal, request.into_inner(), origin).await?)))
    }
}

fn to_proto(college: Model) -> College {
    College {
        id: college.id.to_string(),
        short_name: college.short_name,
        name: college.name,
        time_zone: college.time_zone,
        late_grace_seconds: Some(college.late_grace_seconds),
        registration: rules::registration_to_proto(college.registration).into(),
        campus_networks: college.campus_networks.0.iter().map(ToString::to_string).collect(),
        retention_days: Some(college.retention_days),
        start_early_minutes: Some(college.start_early_minutes),
        start_late_minutes: Some(college.start_late_minutes),
        plan_horizon_days: Some(college.plan_horizon_days),
        end_after_minutes: Some(college.end_after_minutes),
        feedback_days: Some(college.feedback_days),
        late_weight_percent: Some(college.late_weight_percent),
        excused_counts: rules::excused_counts_to_proto(college.excused_counts).into(),
        record_lock_days: Some(college.record_lock_days),
        excuse_request_days: Some(college.excuse_request_days),
        excuse_decision_days: Some(college.excuse_decision_days),
        start_position: rules::start_position_to_proto(college.start_position).into(),
        language: rules::language_to_proto(college.language).into(),
        low_attendance_percent: Some(college.low_attendance_percent),
        device_cooldown_hours: Some(college.device_cooldown_hours),
        offline_window_hours: Some(college.offline_window_hours),
        face_enabled: Some(college.face_enabled),
        location_deletion_allowed: Some(college.location_deletion_allowed),
    }
}
