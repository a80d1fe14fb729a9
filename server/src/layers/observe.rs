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
    let mut in_flight = InFlight::enter(gauge, &endpoint);
    let started = Instant::now();
    let response = next.run(request).instrument(span).await;
    in_flight.is_answered = true;
    drop(in_flight);
    let elapsed = started.elapsed();
    // A stream's status comes in its trailers; what is counted here is how it began.
    let code = Status::from_header_map(response.headers()).map_or(Code::Ok, |status| status.code());
    let name = rollcall_edge::code_name(code);
    metrics::counter!("rollcall_requests_total", "endpoint" => endpoint.clone(), "code" => name).increment(1);
    metrics::histogram!("rollcall_request_duration_seconds", "endpoint" => endpoint.clone()).record(elapsed);
    let duration_ms = elapsed.as_secs_f64() * 1000.0;
    let user_id = response.extensions().get::<Caller>().map(|Caller(id)| tracing::field::display(*id));
    match code {
        Code::Internal | Code::Unknown | Code::DataLoss => {
            tracing::error!(request_id, user_id, endpoint, code = name, duration_ms, "call failed");
        }
        // Probes come every few seconds, for ever.
        Code::Ok if endpoint.starts_with("Health") => {
            tracing::debug!(request_id, endpoint, code = name, duration_ms, "call");
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

/// A call that has not ended. Where its caller goes away first, it is counted as cancelled.
struct InFlight {
    gauge: metrics::Gauge,
    endpoint: String,
    is_answered: bool,
}

impl InFlight {
    fn enter(gauge: metrics::Gauge, endpoint: &str) -> Self {
        gauge.increment(1);
        Self { gauge, endpoint: endpoint.to_owned(), is_answered: false }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.gauge.decrement(1);
        if !self.is_answered {
            let endpoint = std::mem::take(&mut self.endpoint);
            metrics::counter!("rollcall_requests_total", "endpoint" => endpoint, "code" => "CANCELLED").increment(1);
        }
    }
}
