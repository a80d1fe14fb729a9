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
        Ok(Response::new(to_proto(self.get(&principal).await?)))
    }

    async fn update_college(&self, request: Request<UpdateCollegeRequest>) -> Result<Response<College>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.update(&principal, request.into_inner(), origin).await?)))
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
    }
}
