//! HealthService, and the standard grpc.health.v1 beside it.

use std::time::Duration;

use rollcall_proto::v1::{
    AttendanceHealthDetailRequest, AttendanceHealthDetailResponse, AttendanceHealthRequest, AttendanceHealthResponse,
    CheckRequest, CheckResponse, LiveRequest, LiveResponse, ReadyRequest, ReadyResponse,
    access_point_service_server::SERVICE_NAME as ACCESS_POINT_SERVICE,
    api_key_service_server::SERVICE_NAME as API_KEY_SERVICE, audit_service_server::SERVICE_NAME as AUDIT_SERVICE,
    auth_service_server::SERVICE_NAME as AUTH_SERVICE, bulk_service_server::SERVICE_NAME as BULK_SERVICE,
    calendar_service_server::SERVICE_NAME as CALENDAR_SERVICE,
    check_in_service_server::SERVICE_NAME as CHECK_IN_SERVICE, code_service_server::SERVICE_NAME as CODE_SERVICE,
    college_service_server::SERVICE_NAME as COLLEGE_SERVICE, device_service_server::SERVICE_NAME as DEVICE_SERVICE,
    division_service_server::SERVICE_NAME as DIVISION_SERVICE, excuse_service_server::SERVICE_NAME as EXCUSE_SERVICE,
    face_service_server::SERVICE_NAME as FACE_SERVICE, feedback_service_server::SERVICE_NAME as FEEDBACK_SERVICE,
    geofence_service_server::SERVICE_NAME as GEOFENCE_SERVICE, health_service_server::HealthService,
    health_service_server::SERVICE_NAME as HEALTH_SERVICE, live_service_server::SERVICE_NAME as LIVE_SERVICE,
    location_history_service_server::SERVICE_NAME as LOCATION_HISTORY_SERVICE,
    notification_service_server::SERVICE_NAME as NOTIFICATION_SERVICE,
    policy_service_server::SERVICE_NAME as POLICY_SERVICE, record_service_server::SERVICE_NAME as RECORD_SERVICE,
    report_service_server::SERVICE_NAME as REPORT_SERVICE, review_service_server::SERVICE_NAME as REVIEW_SERVICE,
    schedule_feed_service_server::SERVICE_NAME as SCHEDULE_FEED_SERVICE,
    session_service_server::SERVICE_NAME as SESSION_SERVICE,
    timetable_service_server::SERVICE_NAME as TIMETABLE_SERVICE, user_service_server::SERVICE_NAME as USER_SERVICE,
    webhook_service_server::SERVICE_NAME as WEBHOOK_SERVICE,
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::{
    problem::{ErrorReason, Problem},
    schema,
    store::Store,
};

const UP: &str = "up";
const DOWN: &str = "down";
const EMBEDDED: &str = "embedded";
/// The names of the contract's services.
const SERVICES: &[&str] = &[
    ACCESS_POINT_SERVICE,
    API_KEY_SERVICE,
    AUDIT_SERVICE,
    AUTH_SERVICE,
    BULK_SERVICE,
    CALENDAR_SERVICE,
    CHECK_IN_SERVICE,
    CODE_SERVICE,
    COLLEGE_SERVICE,
    DEVICE_SERVICE,
    DIVISION_SERVICE,
    EXCUSE_SERVICE,
    FACE_SERVICE,
    FEEDBACK_SERVICE,
    GEOFENCE_SERVICE,
    HEALTH_SERVICE,
    LIVE_SERVICE,
    LOCATION_HISTORY_SERVICE,
    NOTIFICATION_SERVICE,
    POLICY_SERVICE,
    RECORD_SERVICE,
    REPORT_SERVICE,
    REVIEW_SERVICE,
    SCHEDULE_FEED_SERVICE,
    SESSION_SERVICE,
    TIMETABLE_SERVICE,
    USER_SERVICE,
    WEBHOOK_SERVICE,
];
/// How often the standard health service looks at the database.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub stop: CancellationToken,
}

impl Service {
    /// The database answers and has the schema, and the server is not about to go.
    async fn is_ready(&self) -> bool {
        !self.stop.is_cancelled() && schema::is_current(&self.store.database).await
    }
}

#[tonic::async_trait]
impl HealthService for Service {
    async fn check(&self, _: Request<CheckRequest>) -> Result<Response<CheckResponse>, Status> {
        Ok(Response::new(CheckResponse { status: UP.to_owned() }))
    }

    async fn live(&self, _: Request<LiveRequest>) -> Result<Response<LiveResponse>, Status> {
        Ok(Response::new(LiveResponse { status: UP.to_owned() }))
    }

    async fn ready(&self, _: Request<ReadyRequest>) -> Result<Response<ReadyResponse>, Status> {
        if self.is_ready().await {
            return Ok(Response::new(ReadyResponse { status: UP.to_owned() }));
        }
        Err(Problem::new(ErrorReason::Unavailable, "The server cannot serve now.")
            .retry_after(Duration::from_secs(1))
            .into())
    }

    async fn attendance_health(
        &self,
        _: Request<AttendanceHealthRequest>,
    ) -> Result<Response<AttendanceHealthResponse>, Status> {
        let (message, status) = words(self.store.database.is_up().await);
        Ok(Response::new(AttendanceHealthResponse { message, status }))
    }

    async fn attendance_health_detail(
        &self,
        _: Request<AttendanceHealthDetailRequest>,
    ) -> Result<Response<AttendanceHealthDetailResponse>, Status> {
        let is_up = self.store.database.is_up().await;
        let (message, status) = words(is_up);
        let postgresql = match is_up {
            false => DOWN,
            true if self.store.database.is_sqlite() => EMBEDDED,
            true => UP,
        };
        let redis = match (self.store.bus.is_embedded(), self.store.bus.is_connected()) {
            (true, _) => EMBEDDED,
            (false, true) => UP,
            (false, false) => DOWN,
        };
        let (postgresql, redis) = (postgresql.to_owned(), redis.to_owned());
        Ok(Response::new(AttendanceHealthDetailResponse { message, status, postgresql, redis }))
    }
}

fn words(is_up: bool) -> (String, String) {
    let (message, status) = if is_up {
        ("The attendance API is running.", UP)
    } else {
        ("The attendance API is running without its database.", DOWN)
    };
    (message.to_owned(), status.to_owned())
}

/// For the server as a whole, and for each of its services.
async fn set(reporter: &HealthReporter, status: ServingStatus) {
    reporter.set_service_status("", status).await;
    for name in SERVICES {
        reporter.set_service_status(name, status).await;
    }
}

/// Keeps the standard health service true.
pub async fn report(reporter: HealthReporter, service: Service) {
    loop {
        let status = if service.is_ready().await { ServingStatus::Serving } else { ServingStatus::NotServing };
        set(&reporter, status).await;
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = service.stop.cancelled() => {
                set(&reporter, ServingStatus::NotServing).await;
                return;
            }
        }
    }
}
