//! CodeService.

use std::pin::Pin;

use futures_util::Stream;
use rollcall_proto::{
    google::api::HttpBody,
    v1::{
        Code, GetCurrentCodeImageRequest, GetCurrentCodeRequest, OneTimePassword, RequestOtpRequest, VerifyCodeRequest,
        VerifyCodeResponse, VerifyOtpRequest, VerifyOtpResponse, WatchCodesRequest, code_service_server::CodeService,
    },
};
use tonic::{Request, Response, Status};

use super::{otp::OneTimePasswords, rotation::Rotation};
use crate::{
    caching,
    clock::Clock,
    convert::{id, optional_id},
    lease::Leases,
    mail::Mailer,
    origin::Origin,
    principal::Principal,
    store::Store,
};

/// What codes need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub rotation: Rotation,
    pub passwords: OneTimePasswords,
    pub mailer: Mailer,
    pub leases: Leases,
}

#[tonic::async_trait]
impl CodeService for Service {
    async fn get_current_code(&self, request: Request<GetCurrentCodeRequest>) -> Result<Response<Code>, Status> {
        let principal = Principal::of(&request)?;
        let request = request.into_inner();
        let location_id = id("location_id", &request.location_id)?;
        let session_id = optional_id("session_id", request.session_id.as_deref())?;
        let session = self.session_at(&principal, location_id, session_id).await?;
        let mode = self.code_mode(&session).await?;
        Ok(Response::new(self.get_current_code(&session, mode)))
    }

    async fn get_current_code_image(
        &self,
        request: Request<GetCurrentCodeImageRequest>,
    ) -> Result<Response<HttpBody>, Status> {
        let principal = Principal::of(&request)?;
        let request = request.into_inner();
        let location_id = id("location_id", &request.location_id)?;
        let session_id = optional_id("session_id", request.session_id.as_deref())?;
        let session = self.session_at(&principal, location_id, session_id).await?;
        let mode = self.code_mode(&session).await?;
        Ok(Response::new(self.get_current_code_image(&session, mode, request.format())?))
    }

    type WatchCodesStream = Pin<Box<dyn Stream<Item = Result<Code, Status>> + Send>>;

    async fn watch_codes(
        &self,
        request: Request<WatchCodesRequest>,
    ) -> Result<Response<Self::WatchCodesStream>, Status> {
        let (principal, lease) = (Principal::of(&request)?, self.leases.grant(&request)?);
        let request = request.into_inner();
        let location_id = id("location_id", &request.location_id)?;
        let session_id = optional_id("session_id", request.session_id.as_deref())?;
        let session = self.session_at(&principal, location_id, session_id).await?;
        Ok(Response::new(self.watch_codes(lease, principal, session)))
    }

    async fn verify_code(&self, request: Request<VerifyCodeRequest>) -> Result<Response<VerifyCodeResponse>, Status> {
        let principal = Principal::of(&request)?;
        let request = request.into_inner();
        let session_id = optional_id("session_id", request.session_id.as_deref())?;
        let texts = [vec![request.code], request.codes].concat();
        Ok(Response::new(self.verify_code(&principal, &texts, session_id).await?))
    }

    async fn request_otp(&self, request: Request<RequestOtpRequest>) -> Result<Response<OneTimePassword>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let request = request.into_inner();
        let location_id = id("location_id", &request.location_id)?;
        let session_id = optional_id("session_id", request.session_id.as_deref())?;
        let session = self.session_at(&principal, location_id, session_id).await?;
        let student_id = optional_id("student_id", request.student_id.as_deref())?;
        let mut response = Response::new(self.request_otp(&principal, &origin, &session, student_id).await?);
        caching::forbid(response.metadata_mut());
        Ok(response)
    }

    async fn verify_otp(&self, request: Request<VerifyOtpRequest>) -> Result<Response<VerifyOtpResponse>, Status> {
        let principal = Principal::of(&request)?;
        let request = request.into_inner();
        let session_id = optional_id("session_id", request.session_id.as_deref())?;
        Ok(Response::new(self.verify_otp(&principal, &request.otp, session_id).await?))
    }
}
