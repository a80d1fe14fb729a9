//! The edge, told what it has to know: in this process in front of the services, or alone in front of other servers.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, anyhow};
use axum::{Router, routing::get};
use http::HeaderName;
use metrics_exporter_prometheus::PrometheusHandle;
use prost_reflect::{DescriptorPool, MethodDescriptor};
use rollcall_edge::{Documentation, Edge, Fault, JsonInput, MethodLimits, Options, Resume, Security, Upstream, listen};
use rollcall_proto::v1::access::Caller;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    contract,
    settings::{self, Settings},
};

/// An edge in front of services in this process.
pub fn in_process(
    settings: &Settings,
    descriptors: &DescriptorPool,
    services: Router,
    numbers: &PrometheusHandle,
) -> anyhow::Result<Router> {
    let upstream = rollcall_edge::in_process(services);
    let edge = build(settings, descriptors, upstream)?;
    let mut routes = Router::new();
    if settings.listen.public_metrics {
        let numbers = numbers.clone();
        routes = routes.route("/metrics", get(move || std::future::ready(numbers.render())));
    }
    Ok(routes.fallback_service(edge))
}

/// An edge by itself. Returns the address that it listens on and what ends with it.
pub async fn alone(
    settings: &Settings,
    upstream: http::Uri,
    connections: usize,
    stop: CancellationToken,
) -> anyhow::Result<(std::net::SocketAddr, tokio::task::JoinHandle<()>)> {
    // The rules of fields are the server's to hold; an edge has no need to compile them.
    let descriptors = contract::descriptors()?;
    let upstream = rollcall_edge::connect(upstream, connections).context("the upstream's address is not usable")?;
    let edge = build(settings, &descriptors, upstream)?;
    let address = (settings.listen.host, settings.listen.edge_port);
    let listener =
        TcpListener::bind(address).await.with_context(|| format!("{}:{} cannot be bound", address.0, address.1))?;
    let address = listener.local_addr()?;
    let serving = listen::serve(listener, edge, limits(&settings.listen), stop);
    Ok((address, tokio::spawn(serving)))
}

/// What every listener holds its clients to.
pub fn limits(settings: &settings::Listen) -> listen::Limits {
    listen::Limits {
        max_connections_per_ip: settings.max_connections_per_address,
        // Orchestrators kill after ten seconds.
        drain: Duration::from_secs(8),
        ..Default::default()
    }
}

/// The OpenAPI document that the edge serves.
pub fn openapi(settings: &Settings) -> anyhow::Result<Vec<u8>> {
    rollcall_edge::openapi_document(&options(settings), &documentation()).map_err(faulty)
}

fn build(settings: &Settings, descriptors: &DescriptorPool, upstream: Upstream) -> anyhow::Result<Edge> {
    Edge::new(descriptors, upstream, options(settings)).map_err(faulty)
}

fn faulty(faults: Vec<Fault>) -> anyhow::Error {
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    anyhow!("the HTTP rules have faults:\n  {}", faults.join("\n  "))
}

fn options(settings: &Settings) -> Options {
    Options {
        limits: Arc::new(method_limits),
        allowed_origins: settings.cors_origins.clone(),
        // The refresh token may come as a cookie; whether its page may use it is for the server to say.
        request_metadata: ["cookie", "origin"].map(HeaderName::from_static).to_vec(),
        response_headers: ["set-cookie", "content-disposition", "cache-control", "ratelimit", "ratelimit-policy"]
            .map(HeaderName::from_static)
            .to_vec(),
        trusted_proxies: settings.listen.trusted_proxies.clone(),
        json_input: JsonInput::Strict,
        resume: Some(Resume { request_field: "resume_token".to_owned(), response_field: "resume_token".to_owned() }),
        documentation: settings.docs.then(documentation),
        ..Options::default()
    }
}

/// The bounds that the contract gives an RPC.
fn method_limits(method: &MethodDescriptor) -> MethodLimits {
    let read = contract::limits(method);
    let (max_request_bytes, deadline) = read.unwrap_or_default();
    MethodLimits { max_request_bytes, deadline }
}

const DESCRIPTION: &str = "Attendance: who was where, when, and how that is known.\n\n\
    Sign in with `POST /api/v1/auth/login`, and send the `access_token` that it answers with as a bearer token.";

fn documentation() -> Documentation {
    Documentation {
        title: "Rollcall".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: DESCRIPTION.to_owned(),
        descriptors: Arc::new(contract::commented),
        security: Arc::new(security),
        media_types: Arc::new(contract::media_types),
    }
}

/// Who may call an RPC, as its contract says it.
fn security(method: &MethodDescriptor) -> Security {
    let (callers, scope, note) = contract::access(method);
    if callers.contains(&Caller::Anyone) {
        return Security::Anyone;
    }
    let key = scope.map(|scope| format!("API key with {}", scope.as_str_name()));
    let roles = callers.iter().map(|caller| caller.as_str_name().to_lowercase()).chain(key).collect();
    Security::Bearer { roles, note }
}
