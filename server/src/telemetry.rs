//! Logs to standard error, and numbers for Prometheus.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use crate::settings::Environment;

const DURATION_BUCKETS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const BATCH_BUCKETS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// JSON lines in production, text for people elsewhere. Libraries only speak when something is wrong: what they say in more
/// detail may hold what must not be logged.
pub fn log(environment: Environment, level: LevelFilter) {
    let filter = EnvFilter::new(format!("warn,rollcall={level},rollcall_server={level},rollcall_edge={level}"));
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    // A log whose reader has gone is no reason to stop serving: what cannot be written is dropped.
    // A second call (a test that starts two servers) keeps the first one's choice.
    let _ = match environment {
        Environment::Production => {
            subscriber.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
        Environment::Development => {
            let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
            subscriber.with_target(false).with_ansi(is_terminal).try_init()
        }
    };
}

pub fn metrics() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), DURATION_BUCKETS)?
        .set_buckets_for_metric(Matcher::Suffix("_items".to_owned()), BATCH_BUCKETS)?
        .install_recorder()?;
    describe();
    Ok(handle)
}

fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_counter!("rollcall_requests_total", "Calls, by endpoint and gRPC code.");
    describe_histogram!("rollcall_request_duration_seconds", Unit::Seconds, "How long calls took, by endpoint.");
    describe_gauge!("rollcall_requests_in_flight", "Calls that have not been answered, by endpoint.");
    describe_counter!(
        "rollcall_check_ins_total",
        "Check-ins, by verdict: a status, REPLAYED, or the reason of a refusal."
    );
    describe_counter!(
        "rollcall_offline_check_ins_total",
        "Check-ins that were made without a network and handed in later, by verdict, likewise."
    );
    describe_counter!("rollcall_logins_total", "Logins, by result.");
    describe_histogram!("rollcall_batch_items", "Items that were committed together, by batch.");
    describe_gauge!("rollcall_live_listeners", "Live views of sessions that are open.");
    describe_counter!("rollcall_live_cuts_total", "Live views that were cut because nobody read them.");
    describe_counter!("rollcall_cache_reads_total", "Reads of cached copies, by kind and result: hit or miss.");
    describe_counter!("rollcall_redis_commands_total", "Commands sent to Redis, by result.");
    describe_gauge!("rollcall_redis_connected", "1 while other replicas are heard, 0 while not.");
    describe_gauge!("rollcall_database_connections", "Connections of a pool, by pool and state: idle or used.");
}
