//! FaceService.

use rollcall_proto::v1::{
    DeleteFaceEnrolmentRequest, EnrolFaceRequest, FaceEnrolment, GetFaceEnrolmentRequest, GiveFaceConsentRequest,
    WithdrawFaceConsentRequest, face_service_server::FaceService,
};
use tonic::{Request, Response, Status};

use super::compare::Faces;
use crate::{origin::Origin, principal::Principal};

/// What one's own face needs.
#[derive(Clone)]
pub struct Service {
    pub faces: Faces,
}

#[tonic::async_trait]
impl FaceService for Service {
    async fn get_face_enrolment(
        &self,
        request: Request<GetFaceEnrolmentRequest>,
    ) -> Result<Response<FaceEnrolment>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.get_face_enrolment(&principal).await?))
    }

    async fn give_face_consent(
        &self,
        request: Request<GiveFaceConsentRequest>,
    ) -> Result<Response<FaceEnrolment>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.give_face_consent(&principal, request.into_inner(), origin).await?))
    }

    async fn withdraw_face_consent(
        &self,
        request: Request<WithdrawFaceConsentRequest>,
    ) -> Result<Response<FaceEnrolment>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.withdraw_face_consent(&principal, origin).await?))
    }

    async fn enrol_face(&self, request: Request<EnrolFaceRequest>) -> Result<Response<FaceEnrolment>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.enrol_face(&principal, request.into_inner(), origin).await?))
    }

    async fn delete_face_enrolment(
        &self,
        request: Request<DeleteFaceEnrolmentRequest>,
    ) -> Result<Response<FaceEnrolment>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.delete_face_enrolment(&principal, origin).await?))
    }
}
