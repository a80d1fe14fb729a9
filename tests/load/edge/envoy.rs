//! Envoy, turning JSON into gRPC with its own filter for that, from the same descriptors.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;
use rollcall_tests::process::free_port;
use serde_json::{Value, json};

use crate::{
    child::Child,
    edge::{proxy::Proxy, upstream::SERVICES},
};

/// What figures are compared with; `envoy.txt` names the package that holds it.
pub const NAME: &str = "Envoy 1.40";

/// The program from PyPI, in an environment that the cache keeps, as those of the tests' clients are.
pub async fn install() -> anyhow::Result<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = tokio::process::Command::new(tests.join("clients/venv"));
    command.arg(tests.join("load/edge/envoy.txt")).kill_on_drop(true);
    let output = command.output().await.with_context(|| format!("starting {command:?}"))?;
    anyhow::ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let venv = PathBuf::from(String::from_utf8(output.stdout)?.trim_end());
    program_in(&venv).with_context(|| format!("no program in {}", venv.display()))
}

/// What `bin/envoy` of the package, a script, would run.
fn program_in(venv: &Path) -> Option<PathBuf> {
    let libraries = std::fs::read_dir(venv.join("lib")).ok()?;
    let program = |python: PathBuf| python.join("site-packages/envoy/_bin/envoy");
    libraries.flatten().map(|python| program(python.path())).find(|path| path.exists())
}

/// Starts it with one worker.
pub fn start(program: &Path, upstream: SocketAddr, folder: &Path) -> anyhow::Result<Proxy> {
    let descriptors = folder.join("descriptors.bin");
    std::fs::write(&descriptors, rollcall_proto::DESCRIPTORS)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let file = folder.join("envoy.json");
    std::fs::write(&file, bootstrap(address, upstream, &descriptors).to_string())?;
    let mut command = Command::new(program);
    command.env_clear().current_dir(folder).arg("--config-path").arg(file);
    command.args(["--concurrency", "1", "--log-level", "error", "--disable-hot-restart"]);
    Ok(Proxy::new(NAME, address, Child::start(command, "TERM", folder.join("envoy.log"))?))
}

/// Everything that is not named here is as Envoy has it: no access log, its own request ids and statistics.
fn bootstrap(address: SocketAddr, upstream: SocketAddr, descriptors: &Path) -> Value {
    let transcoder = json!({
        "name": "envoy.filters.http.grpc_json_transcoder",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
            "proto_descriptor": descriptors,
            "services": SERVICES,
            // What the edge writes, too.
            "print_options": {"always_print_primitive_fields": true, "preserve_proto_field_names": true},
            "convert_grpc_status": true,
            "max_request_body_size": 8_388_608,
            "max_response_body_size": 8_388_608,
        },
    });
    let router = json!({
        "name": "envoy.filters.http.router",
        "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
    });
    let manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "edge",
        // The upstream is told the client's address.
        "use_remote_address": true,
        "route_config": {"virtual_hosts": [{
            "name": "all",
            "domains": ["*"],
            "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "upstream", "timeout": "60s"}}],
        }]},
        "http_filters": [transcoder, router],
    });
    let protocol = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    let http2 = json!({
        "@type": format!("type.googleapis.com/{protocol}"),
        "explicit_http_config": {"http2_protocol_options": {}},
    });
    json!({"static_resources": {
        "listeners": [{
            "address": socket(address),
            "filter_chains": [{"filters": [
                {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager},
            ]}],
        }],
        "clusters": [{
            "name": "upstream",
            "type": "STATIC",
            "connect_timeout": "3s",
            "typed_extension_protocol_options": {protocol: http2},
            // None of them is met.
            "circuit_breakers": {"thresholds": [{
                "max_connections": 100_000, "max_pending_requests": 100_000, "max_requests": 100_000,
            }]},
            "load_assignment": {"cluster_name": "upstream", "endpoints": [{
                "lb_endpoints": [{"endpoint": {"address": socket(upstream)}}],
            }]},
        }],
    }})
}

fn socket(address: SocketAddr) -> Value {
    json!({"socket_address": {"address": address.ip(), "port_value": address.port()}})
}
