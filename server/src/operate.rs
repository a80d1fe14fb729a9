//! What is for the operator: numbers for Prometheus and, outside production, reflection. On a port of its own, which is
//! loopback unless somebody decides otherwise.

use axum::{Router, routing::get};
use metrics_exporter_prometheus::PrometheusHandle;
use tonic::service::Routes;

use crate::{settings::Settings, store::Store};

pub fn routes(settings: &Settings, store: &Store, numbers: PrometheusHandle) -> anyhow::Result<Router> {
    let mut routes = Router::new();
    if !settings.is_production() {
        let reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(rollcall_proto::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .build_v1()?;
        routes = Routes::new(reflection).prepare().into_axum_router();
    }
    let store = store.clone();
    Ok(routes.route(
        "/metrics",
        get(move || {
            look(&store);
            std::future::ready(numbers.render())
        }),
    ))
}

/// Numbers that are not counted as they happen but read when they are asked for.
fn look(store: &Store) {
    for (pool, size, idle) in store.database.pool_use() {
        let used = (size as usize).saturating_sub(idle);
        metrics::gauge!("rollcall_database_connections", "pool" => pool, "state" => "idle").set(idle as f64);
        metrics::gauge!("rollcall_database_connections", "pool" => pool, "state" => "used").set(used as f64);
    }
    if !store.bus.is_embedded() {
        metrics::gauge!("rollcall_redis_connected").set(if store.bus.is_connected() { 1.0 } else { 0.0 });
    }
}
