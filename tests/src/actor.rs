//! People who call the API.

use std::sync::Arc;

use rollcall_proto::v1::{
    LoginRequest, LoginResponse, access_point_service_client::AccessPointServiceClient,
    api_key_service_client::ApiKeyServiceClient, audit_service_client::AuditServiceClient,
    auth_service_client::AuthServiceClient, calendar_service_client::CalendarServiceClient,
    check_in_service_client::CheckInServiceClient, code_service_client::CodeServiceClient,
    college_service_client::CollegeServiceClient, device_service_client::DeviceServiceClient,
    division_service_client::DivisionServiceClient, excuse_service_client::ExcuseServiceClient,
    feedback_service_client::FeedbackServiceClient, geofence_service_client::GeofenceServiceClient,
    health_service_client::HealthServiceClient, live_service_client::LiveServiceClient,
    location_history_service_client::LocationHistoryServiceClient,
    notification_service_client::NotificationServiceClient, offline_service_client::OfflineServiceClient,
    policy_service_client::PolicyServiceClient, record_service_client::RecordServiceClient,
    report_service_client::ReportServiceClient, review_service_client::ReviewServiceClient,
    schedule_feed_service_client::ScheduleFeedServiceClient, session_service_client::SessionServiceClient,
    timetable_service_client::TimetableServiceClient, user_service_client::UserServiceClient,
    webhook_service_client::WebhookServiceClient,
};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};

use crate::{password::PASSWORD, problem::Answer as _, rest::Rest, seed::SeedUser, token, world::Desk};

/// A line to a server that carries the caller's token.
pub type Wire = InterceptedService<Channel, Bearer>;

/// Somebody who calls. Cheap to clone, so that many tasks can be the same person.
#[derive(Clone)]
pub struct Actor {
    desk: Arc<Desk>,
    user: Option<SeedUser>,
    credential: Credential,
    replica: usize,
    /// A connection of the actor's own, instead of the one that all share.
    line: Option<Channel>,
}

/// How somebody proves who they are.
#[derive(Clone)]
enum Credential {
    /// Not at all.
    None,
    /// By a token that is minted for each call, good at the servers' time.
    Minted,
    /// By this token.
    Fixed(String),
}

/// Adds the token to each call.
#[derive(Clone)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request.metadata_mut().insert("authorization", value.clone());
        }
        Ok(request)
    }
}

impl Actor {
    /// Somebody whose token the harness mints.
    pub fn minted(desk: Arc<Desk>, user: &SeedUser) -> Self {
        Self { desk, user: Some(user.clone()), credential: Credential::Minted, replica: 0, line: None }
    }

    /// Somebody who has no token.
    pub fn nobody(desk: Arc<Desk>) -> Self {
        Self { desk, user: None, credential: Credential::None, replica: 0, line: None }
    }

    /// The same person with this token.
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { credential: Credential::Fixed(token.into()), ..self.clone() }
    }

    /// The same person, calling another replica.
    pub fn at(&self, replica: usize) -> Self {
        Self { replica, line: None, ..self.clone() }
    }

    /// The same person on a connection of their own.
    pub fn on_own_line(&self) -> Self {
        Self { line: Some(self.desk.new_line(self.replica)), ..self.clone() }
    }

    /// The same person, signed in for real.
    pub async fn signed_in(&self) -> Self {
        let login = self.login().await;
        self.with_token(login.access_token)
    }

    /// Signs in for real, from the device `phone`.
    ///
    /// # Panics
    /// When that is refused.
    pub async fn login(&self) -> LoginResponse {
        let request = LoginRequest {
            email: self.user().email.clone(),
            password: PASSWORD.to_owned(),
            device_id: "phone".to_owned(),
            college: String::new(),
            use_cookie: false,
        };
        Self::nobody(Arc::clone(&self.desk)).at(self.replica).auth().login(request).await.answer()
    }

    /// Who this is.
    ///
    /// # Panics
    /// When it is nobody.
    pub fn user(&self) -> &SeedUser {
        self.user.as_ref().expect("somebody")
    }

    /// The token that the next call carries.
    pub fn token(&self) -> Option<String> {
        match &self.credential {
            Credential::None => None,
            Credential::Minted => Some(token::mint(self.desk.secret(), self.user(), self.desk.clock().now())),
            Credential::Fixed(token) => Some(token.clone()),
        }
    }

    /// The line with the token.
    ///
    /// # Panics
    /// When the token cannot stand in a header.
    pub fn wire(&self) -> Wire {
        let line = self.line.clone().unwrap_or_else(|| self.desk.line(self.replica));
        let bearer = self.token().map(|token| format!("Bearer {token}").parse().expect("a header"));
        InterceptedService::new(line, Bearer(bearer))
    }

    /// The REST side.
    pub fn rest(&self) -> Rest {
        Rest::new(self.desk.edge(self.replica), self.token())
    }

    pub fn access_points(&self) -> AccessPointServiceClient<Wire> {
        AccessPointServiceClient::new(self.wire())
    }

    pub fn api_keys(&self) -> ApiKeyServiceClient<Wire> {
        ApiKeyServiceClient::new(self.wire())
    }

    pub fn audit(&self) -> AuditServiceClient<Wire> {
        AuditServiceClient::new(self.wire())
    }

    pub fn auth(&self) -> AuthServiceClient<Wire> {
        AuthServiceClient::new(self.wire())
    }

    pub fn calendar(&self) -> CalendarServiceClient<Wire> {
        CalendarServiceClient::new(self.wire())
    }

    pub fn schedule_feeds(&self) -> ScheduleFeedServiceClient<Wire> {
        ScheduleFeedServiceClient::new(self.wire())
    }

    pub fn sessions(&self) -> SessionServiceClient<Wire> {
        SessionServiceClient::new(self.wire())
    }

    pub fn timetables(&self) -> TimetableServiceClient<Wire> {
        TimetableServiceClient::new(self.wire())
    }

    pub fn codes(&self) -> CodeServiceClient<Wire> {
        CodeServiceClient::new(self.wire())
    }

    pub fn college(&self) -> CollegeServiceClient<Wire> {
        CollegeServiceClient::new(self.wire())
    }

    pub fn devices(&self) -> DeviceServiceClient<Wire> {
        DeviceServiceClient::new(self.wire())
    }

    pub fn divisions(&self) -> DivisionServiceClient<Wire> {
        DivisionServiceClient::new(self.wire())
    }

    pub fn geofences(&self) -> GeofenceServiceClient<Wire> {
        GeofenceServiceClient::new(self.wire())
    }

    pub fn check_ins(&self) -> CheckInServiceClient<Wire> {
        CheckInServiceClient::new(self.wire())
    }

    pub fn offline(&self) -> OfflineServiceClient<Wire> {
        OfflineServiceClient::new(self.wire())
    }

    pub fn policies(&self) -> PolicyServiceClient<Wire> {
        PolicyServiceClient::new(self.wire())
    }

    pub fn records(&self) -> RecordServiceClient<Wire> {
        RecordServiceClient::new(self.wire())
    }

    pub fn excuses(&self) -> ExcuseServiceClient<Wire> {
        ExcuseServiceClient::new(self.wire())
    }

    pub fn feedback(&self) -> FeedbackServiceClient<Wire> {
        FeedbackServiceClient::new(self.wire())
    }

    pub fn reports(&self) -> ReportServiceClient<Wire> {
        ReportServiceClient::new(self.wire())
    }

    pub fn reviews(&self) -> ReviewServiceClient<Wire> {
        ReviewServiceClient::new(self.wire())
    }

    pub fn location_history(&self) -> LocationHistoryServiceClient<Wire> {
        LocationHistoryServiceClient::new(self.wire())
    }

    pub fn live(&self) -> LiveServiceClient<Wire> {
        LiveServiceClient::new(self.wire())
    }

    pub fn notifications(&self) -> NotificationServiceClient<Wire> {
        NotificationServiceClient::new(self.wire())
    }

    pub fn webhooks(&self) -> WebhookServiceClient<Wire> {
        WebhookServiceClient::new(self.wire())
    }

    pub fn users(&self) -> UserServiceClient<Wire> {
        UserServiceClient::new(self.wire())
    }

    pub fn health(&self) -> HealthServiceClient<Wire> {
        HealthServiceClient::new(self.wire())
    }
}
