//! AuthService.

use rollcall_proto::v1::{
    ChangePasswordRequest, ChangePasswordResponse, ForgotPasswordRequest, ForgotPasswordResponse,
    GetJsonWebKeySetRequest, JsonWebKeySet, ListSignInsRequest, ListSignInsResponse, LoginRequest, LoginResponse,
    LogoutRequest, LogoutResponse, RefreshTokenRequest, RefreshTokenResponse, RegisterRequest, RegisterResponse,
    ResetPasswordRequest, ResetPasswordResponse, RevokeSignInRequest, RevokeSignInResponse, User,
    auth_service_server::AuthService,
};
use tonic::{
    Request, Response, Status,
    metadata::{Ascii, MetadataMap, MetadataValue},
};

use super::{
    convert::to_proto, cookie, keyring, login::SignIn, mailed::Outbox, pace::Pace, password::Passwords,
    revocations::Revocations,
};
use crate::{
    allowance, caching,
    clock::Clock,
    convert,
    entity::user,
    identity::Tokens,
    keys::Keys,
    organisation::{self, CampusNetworks},
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
    pub campus: CampusNetworks,
    pub pace: Pace,
    /// How many refused logins may be on their way into the audit.
    pub refusals: std::sync::Arc<tokio::sync::Semaphore>,
    pub outbox: Outbox,
}

#[tonic::async_trait]
impl AuthService for Service {
    async fn login(&self, request: Request<LoginRequest>) -> Result<Response<LoginResponse>, Status> {
        let origin = Origin::of(&request);
        let request = request.into_inner();
        let use_cookie = request.use_cookie;
        let attempt = self.count(&request, &origin).await?;
        let counts = &attempt.counts;
        let sign_in = match counts.iter().try_for_each(Count::admit) {
            Ok(()) => self.login(request, &attempt, origin).await,
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
                allowance::tell_strangers(counts, response.metadata_mut().as_mut());
                Ok(response)
            }
            Err(problem) => {
                let mut status = Status::from(problem);
                allowance::tell_strangers(counts, status.metadata_mut().as_mut());
                Err(status)
            }
        }
    }

    async fn refresh_token(
        &self,
        request: Request<RefreshTokenRequest>,
    ) -> Result<Response<RefreshTokenResponse>, Status> {
        let origin = Origin::of(&request);
        let cookie = match request.get_ref().refresh_token.is_empty() {
            true => cookie::read(request.metadata(), &self.options)?,
            false => None,
        };
        let use_cookie = cookie.is_some();
        let RefreshTokenRequest { refresh_token, device_id } = request.into_inner();
        let token = cookie.unwrap_or(refresh_token);
        let sign_in = self.refresh_token(&token, device_id, origin).await?;
        let (answer, metadata) = self.answer(sign_in, use_cookie)?;
        let mut response = Response::new(answer);
        *response.metadata_mut() = metadata;
        Ok(response)
    }

    async fn logout(&self, request: Request<LogoutRequest>) -> Result<Response<LogoutResponse>, Status> {
        let principal = Principal::of(&request)?;
        self.logout(&principal, Origin::of(&request)).await?;
        let mut response = Response::new(LogoutResponse {});
        response.metadata_mut().insert("set-cookie", cookie::clear(&self.options)?);
        Ok(response)
    }

    async fn change_password(
        &self,
        request: Request<ChangePasswordRequest>,
    ) -> Result<Response<ChangePasswordResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        self.change_password(&principal, request.into_inner(), origin).await?;
        Ok(Response::new(ChangePasswordResponse {}))
    }

    async fn get_json_web_key_set(
        &self,
        _: Request<GetJsonWebKeySetRequest>,
    ) -> Result<Response<JsonWebKeySet>, Status> {
        let mut response = Response::new(self.get_json_web_key_set());
        response.metadata_mut().insert("cache-control", cacheable()?);
        Ok(response)
    }

    async fn register(&self, request: Request<RegisterRequest>) -> Result<Response<RegisterResponse>, Status> {
        let origin = Origin::of(&request);
        let registered = self.register(request.into_inner(), origin).await?;
        let user = match registered {
            Some(account) => Some(self.tell(account).await?),
            None => None,
        };
        Ok(Response::new(RegisterResponse { user }))
    }

    async fn forgot_password(
        &self,
        request: Request<ForgotPasswordRequest>,
    ) -> Result<Response<ForgotPasswordResponse>, Status> {
        let origin = Origin::of(&request);
        self.forgot_password(request.into_inner(), origin).await?;
        Ok(Response::new(ForgotPasswordResponse {}))
    }

    async fn reset_password(
        &self,
        request: Request<ResetPasswordRequest>,
    ) -> Result<Response<ResetPasswordResponse>, Status> {
        let origin = Origin::of(&request);
        self.reset_password(request.into_inner(), origin).await?;
        Ok(Response::new(ResetPasswordResponse {}))
    }

    async fn list_sign_ins(
        &self,
        request: Request<ListSignInsRequest>,
    ) -> Result<Response<ListSignInsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_sign_ins(&principal, request.into_inner()).await?))
    }

    async fn revoke_sign_in(
        &self,
        request: Request<RevokeSignInRequest>,
    ) -> Result<Response<RevokeSignInResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        self.revoke_sign_in(&principal, id, origin).await?;
        Ok(Response::new(RevokeSignInResponse {}))
    }
}

/// Everybody may keep a copy, but not for so long that a new key signs before it is seen.
fn cacheable() -> Result<MetadataValue<Ascii>, Problem> {
    format!("public, max-age={}", keyring::COPY.as_secs()).parse().map_err(Problem::internal)
}

impl Service {
    /// An account with the division that its owner belongs to today.
    async fn tell(&self, account: user::Model) -> Result<User, Problem> {
        let (database, now) = (&self.store.database, self.clock.now());
        let division_id = organisation::current_division(database, account.college_id, account.id, now).await?;
        Ok(to_proto(account, division_id))
    }

    /// Login and RefreshToken answer alike; only their messages have names of their own.
    fn answer(&self, sign_in: SignIn, use_cookie: bool) -> Result<(RefreshTokenResponse, MetadataMap), Problem> {
        let mut metadata = MetadataMap::new();
        caching::forbid(&mut metadata);
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
