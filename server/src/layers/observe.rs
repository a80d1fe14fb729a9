//! Logs and counts every call: what, by whom, how it ended and how long it took. Never what was in it.

use std::{sync::Arc, time::Instant};

use axum::{extract::State, middleware::Next};
use tonic::{Code, Status};
use tracing::Instrument as _;

use super::{Request, RequestId, Response, Shared, method};

/// Who called, told outwards by the layer that finds out.
#[derive(Clone, Copy)]
pub struct Caller(pub uuid::Uuid);

pub async fn layer(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let endpoint = endpoint(&shared, request.uri().path());
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    // For what is logged within the call.
    let span = tracing::info_span!("call", request_id, endpoint, user_id = tracing::field::Empty);
    let gauge = metrics::gauge!("rollcall_requests_in_flight", "endpoint" => endpoint.clone());
    let in_flight = InFlight::enter(gauge);
    let started = Instant::now();
    let response = next.run(request).instrument(span).await;
    drop(in_flight);
    let elapsed = started.elapsed();
    // A stream's status comes in its trailers; what is counted here is how it began.
    let code = Status::from_header_map(response.headers()).map_or(Code::Ok, |status| status.code());
    let name = code_name(code);
    metrics::counter!("rollcall_requests_total", "endpoint" => endpoint.clone(), "code" => name).increment(1);
    metrics::histogram!("rollcall_request_duration_seconds", "endpoint" => endpoint.clone()).record(elapsed);
    let duration_ms = elapsed.as_secs_f64() * 1000.0;
    let user_id = response.extensions().get::<Caller>().map(|Caller(id)| tracing::field::display(*id));
    match code {
        Code::Internal | Code::Unknown | Code::DataLoss => {
            tracing::error!(request_id, user_id, endpoint, code = name, duration_ms, "call failed");
        }
        _ => tracing::info!(request_id, user_id, endpoint, code = name, duration_ms, "call"),
    }
    response
}

/// `CheckInService/CheckIn`; whatever is not served shares one name, or strangers could fill the metrics.
fn endpoint(shared: &Shared, path: &str) -> String {
    match shared.contract.method(path) {
        Some(method) => method.label.clone(),
        None if path.starts_with(method::HEALTH) => "Health".to_owned(),
        None => "unknown".to_owned(),
    }
}

fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// Counts a call that has not ended, also when its caller goes away.
struct InFlight(metrics::Gauge);

impl InFlight {
    fn enter(gauge: metrics::Gauge) -> Self {
        gauge.increment(1);
        Self(gauge)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}
