//! AuthService.

use rollcall_proto::v1::{
    ChangePasswordRequest, ChangePasswordResponse, ListSignInsRequest, ListSignInsResponse, LoginRequest,
    LoginResponse, LogoutRequest, LogoutResponse, RefreshTokenRequest, RefreshTokenResponse, RevokeSignInRequest,
    RevokeSignInResponse, auth_service_server::AuthService,
};
use tonic::{
    Request, Response, Status,
    metadata::{MetadataMap, MetadataValue},
};

use super::{convert::to_proto, cookie, login::SignIn, password::Passwords, revocations::Revocations};
use crate::{
    allowance,
    clock::Clock,
    convert,
    identity::Tokens,
    keys::Keys,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    settings::{self, RateLimits},
    store::{Count, Store},
};

/// What signing in and out needs.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
    pub tokens: Tokens,
    pub passwords: Passwords,
    pub revocations: Revocations,
    pub options: settings::Identity,
    pub limits: RateLimits,
    /// How many refused logins may be on their way into the audit.
    pub refusals: std::sync::Arc<tokio::sync::Semaphore>,
}

#[tonic::async_trait]
impl AuthService for Service {
    async fn login(&self, request: Request<LoginRequest>) -> Result<Response<LoginResponse>, Status> {
        let origin = Origin::of(&request);
        let request = request.into_inner();
        let use_cookie = request.use_cookie;
        let counts = self.count(&request.email, &origin).await;
        let sign_in = match counts.iter().try_for_each(Count::admit) {
            Ok(()) => self.sign_in(request, origin).await,
            Err(refusal) => Err(refusal),
        };
        match sign_in.and_then(|sign_in| self.answer(sign_in, use_cookie)) {
            Ok((answer, metadata)) => {
                let mut response = Response::new(LoginResponse {
                    access_token: answer.access_token,
                    expires_in_seconds: answer.expires_in_seconds,
                    refresh_token: answer.refresh_token,
                    user: answer.user,
                });
                *response.metadata_mut() = metadata;
                allowance::tell(&counts, response.metadata_mut().as_mut());
                Ok(response)
            }
            Err(problem) => {
                let mut status = Status::from(problem);
                allowance::tell(&counts, status.metadata_mut().as_mut());
                Err(status)
            }
        }
    }

    async fn refresh_token(
        &self,
        request: Request<RefreshTokenRequest>,
    ) -> Result<Response<RefreshTokenResponse>, Status> {
        let origin = Origin::of(&request);
        let cookie = cookie::read(request.metadata(), &self.options)?;
        let RefreshTokenRequest { refresh_token, device_id } = request.into_inner();
        let use_cookie = refresh_token.is_empty() && cookie.is_some();
        let token = if use_cookie { cookie.unwrap_or_default() } else { refresh_token };
        let sign_in = self.exchange(&token, device_id, origin).await?;
        let (answer, metadata) = self.answer(sign_in, use_cookie)?;
        let mut response = Response::new(answer);
        *response.metadata_mut() = metadata;
        Ok(response)
    }

    async fn logout(&self, request: Request<LogoutRequest>) -> Result<Response<LogoutResponse>, Status> {
        let principal = Principal::of(&request)?;
        self.sign_out(&principal, Origin::of(&request)).await?;
        let mut response = Response::new(LogoutResponse {});
        response.metadata_mut().insert("set-cookie", cookie::clear(&self.options)?);
        Ok(response)
    }

    async fn change_password(
        &self,
        request: Request<ChangePasswordRequest>,
    ) -> Result<Response<ChangePasswordResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        self.change(&principal, request.into_inner(), origin).await?;
        Ok(Response::new(ChangePasswordResponse {}))
    }

    async fn list_sign_ins(
        &self,
        request: Request<ListSignInsRequest>,
    ) -> Result<Response<ListSignInsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_own(&principal, request.into_inner()).await?))
    }

    async fn revoke_sign_in(
        &self,
        request: Request<RevokeSignInRequest>,
    ) -> Result<Response<RevokeSignInResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        self.end_own(&principal, id, origin).await?;
        Ok(Response::new(RevokeSignInResponse {}))
    }
}

impl Service {
    /// Login and RefreshToken answer alike; only their messages have names of their own.
    fn answer(&self, sign_in: SignIn, use_cookie: bool) -> Result<(RefreshTokenResponse, MetadataMap), Problem> {
        let mut metadata = MetadataMap::new();
        // No cache may keep the tokens, and no gateway may compress them beside what the caller has sent.
        metadata.insert("cache-control", MetadataValue::from_static("no-store"));
        let refresh_token = if use_cookie {
            let cookie = cookie::set(&sign_in.refresh_token, self.options.refresh_token_life, &self.options)?;
            metadata.insert("set-cookie", cookie);
            String::new()
        } else {
            sign_in.refresh_token
        };
        let answer = RefreshTokenResponse {
            access_token: sign_in.access_token,
            expires_in_seconds: i32::try_from(self.tokens.life().as_secs()).unwrap_or(i32::MAX),
            refresh_token,
            user: Some(to_proto(sign_in.user, sign_in.division_id)),
        };
        Ok((answer, metadata))
    }
}
