//! Logs and counts every call: what, by whom, how it ended and how long it took. Never what was in it.

use std::time::Instant;

use tonic::{Code, Status};
use tracing::{
    Span,
    field::{Empty, display},
};
use uuid::Uuid;

use super::{Request, RequestId, Response, Shared, method};
use crate::principal::Principal;

/// A call that is on its way.
pub struct Call {
    endpoint: String,
    request_id: String,
    span: Span,
    started: Instant,
    in_flight: InFlight,
}

impl Call {
    pub fn begin(shared: &Shared, request: &Request, id: &RequestId) -> Self {
        let endpoint = endpoint(shared, request.uri().path());
        let request_id = id.0.clone();
        // For what is logged within the call.
        let span = tracing::info_span!("call", request_id, endpoint, user_id = Empty, api_key_id = Empty);
        let gauge = metrics::gauge!("rollcall_requests_in_flight", "endpoint" => endpoint.clone());
        let in_flight = InFlight::enter(gauge, &endpoint);
        Self { endpoint, request_id, span, started: Instant::now(), in_flight }
    }

    pub fn span(&self) -> Span {
        self.span.clone()
    }

    pub fn end(self, response: &Response, caller: Option<&Principal>) {
        let Self { endpoint, request_id, span: _, started, mut in_flight } = self;
        in_flight.is_answered = true;
        drop(in_flight);
        let elapsed = started.elapsed();
        // A stream's status comes in its trailers; what is counted here is how it began.
        let code = Status::from_header_map(response.headers()).map_or(Code::Ok, |status| status.code());
        let name = rollcall_edge::code_name(code);
        metrics::counter!("rollcall_requests_total", "endpoint" => endpoint.clone(), "code" => name).increment(1);
        metrics::histogram!("rollcall_request_duration_seconds", "endpoint" => endpoint.clone()).record(elapsed);
        let duration_ms = elapsed.as_secs_f64() * 1000.0;
        let (user_id, api_key_id) = ids(caller);
        let (user_id, api_key_id) = (user_id.map(display), api_key_id.map(display));
        match code {
            Code::Internal | Code::Unknown | Code::DataLoss => {
                tracing::error!(request_id, user_id, api_key_id, endpoint, code = name, duration_ms, "call failed");
            }
            // Probes come every few seconds, for ever.
            Code::Ok if endpoint.starts_with("Health") => {
                tracing::debug!(request_id, endpoint, code = name, duration_ms, "call");
            }
            _ => tracing::info!(request_id, user_id, api_key_id, endpoint, code = name, duration_ms, "call"),
        }
    }
}

/// Lets whatever is logged within the call say whose it is.
pub fn name_caller(caller: &Principal) {
    let (user_id, api_key_id) = ids(Some(caller));
    let span = Span::current();
    user_id.map(|id| span.record("user_id", display(id)));
    api_key_id.map(|id| span.record("api_key_id", display(id)));
}

/// The user, or the API key.
fn ids(caller: Option<&Principal>) -> (Option<Uuid>, Option<Uuid>) {
    caller.map_or((None, None), |caller| match caller.token() {
        Some(_) => (Some(caller.id), None),
        None => (None, Some(caller.id)),
    })
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
