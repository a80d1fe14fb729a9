//! The attendance server. This file names every slice, builds them and serves them; ARCHITECTURE.md tells how they belong
//! together.

mod access_point;
pub mod admin;
mod allowance;
mod audit;
mod checkin;
mod clock;
mod code;
mod college;
mod contract;
mod convert;
mod entity;
mod geofence;
mod health;
mod identity;
mod keys;
mod layers;
mod lease;
mod live;
mod mask;
mod operate;
mod organisation;
mod origin;
mod page;
mod people;
mod principal;
mod problem;
mod record;
pub mod schema;
mod search;
mod session;
pub mod settings;
mod store;
pub mod telemetry;

pub mod edge;

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use axum::Router;
use rollcall_proto::v1::{
    access_point_service_server::AccessPointServiceServer, audit_service_server::AuditServiceServer,
    auth_service_server::AuthServiceServer, check_in_service_server::CheckInServiceServer,
    code_service_server::CodeServiceServer, college_service_server::CollegeServiceServer,
    division_service_server::DivisionServiceServer, geofence_service_server::GeofenceServiceServer,
    health_service_server::HealthServiceServer, live_service_server::LiveServiceServer,
    record_service_server::RecordServiceServer, session_service_server::SessionServiceServer,
    user_service_server::UserServiceServer,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use admin::Demo;
use clock::Clock;
use code::Rotation;
use contract::Contract;
use keys::Keys;
use layers::Shared;
use lease::Leases;
use schema::Direction;
use settings::Settings;
use store::Store;

/// A server that listens and has not been told to stop.
pub struct Server {
    pub grpc: std::net::SocketAddr,
    pub edge: std::net::SocketAddr,
    pub admin: std::net::SocketAddr,
    pub demo: Option<Demo>,
    running: tokio::task::JoinSet<()>,
}

impl Server {
    /// Waits until everything that was begun is ended.
    pub async fn wait(mut self) {
        while self.running.join_next().await.is_some() {}
    }
}

/// Starts everything. Until it returns, nothing is served; after `stop`, nothing new is.
pub async fn serve(settings: Settings, with_demo: bool, stop: CancellationToken) -> anyhow::Result<Server> {
    let numbers = telemetry::metrics()?;
    let contract = read_contract()?;
    let clock = Clock::new(settings.clock_offset_file.clone());
    let keys = Keys::derive(&settings.master_secret()?);
    prepare_schema(&settings).await?;
    let store = Store::open(&settings, &clock).await.context("the database cannot be opened")?;
    anyhow::ensure!(
        !(settings.is_production() && admin::is_demo_open(&store.database).await?),
        "the database has accounts of the demo, whose password everybody knows; take another database, or change their \
         passwords outside production first"
    );
    let demo = match with_demo {
        true => Some(admin::prepare(&store.database, &settings, clock.now()).await?),
        false => None,
    };

    let revocations = identity::Revocations::follow(store.clone(), clock.clone(), stop.clone()).await?;
    let tokens = identity::Tokens::new(&keys, settings.identity.access_token_life, revocations.clone());
    let shared = Arc::new(Shared {
        contract,
        clock: clock.clone(),
        tokens: tokens.clone(),
        limiter: store.limiter.clone(),
        limits: settings.limits.clone(),
        trusted_proxies: settings.listen.trusted_proxies.clone(),
        denials: layers::Denials::new(store.database.clone(), clock.clone()),
    });
    let services = services(&settings, &store, &clock, &keys, tokens, revocations, &stop)?;
    let calls = layers::around(services, &shared);

    let listen = &settings.listen;
    let grpc = bind(listen.host, listen.grpc_port, "GRPC_PORT").await?;
    let edge = bind(listen.host, listen.edge_port, "API_PORT").await?;
    let admin = bind(listen.admin_host, listen.admin_port, "ADMIN_PORT").await?;
    let addresses = (grpc.local_addr()?, edge.local_addr()?, admin.local_addr()?);

    let mut running = tokio::task::JoinSet::new();
    let front = edge::in_process(&settings, shared.contract.descriptors(), calls.clone(), &numbers)?;
    let bounds = edge::limits(listen);
    let grpc_bounds = rollcall_edge::listen::Limits { http1: false, ..bounds };
    running.spawn(rollcall_edge::listen::serve(grpc, calls, grpc_bounds, stop.clone()));
    running.spawn(rollcall_edge::listen::serve(edge, front, bounds, stop.clone()));
    let operator = operate::routes(&settings, &store, numbers)?;
    running.spawn(rollcall_edge::listen::serve(admin, operator, bounds, stop));
    Ok(Server { grpc: addresses.0, edge: addresses.1, admin: addresses.2, demo, running })
}

/// The contract, complete, or every gap in it.
pub fn read_contract() -> anyhow::Result<Contract> {
    Contract::read(rollcall_proto::DESCRIPTORS)
        .map_err(|gaps| anyhow!("the contract has gaps:\n  {}", gaps.join("\n  ")))
}

/// Outside production the schema is brought up to date; in production somebody decides when.
async fn prepare_schema(settings: &Settings) -> anyhow::Result<()> {
    if !settings.is_production() {
        return schema::migrate(&settings.database, Direction::Up)
            .await
            .context("the schema cannot be brought up to date");
    }
    let database = store::Database::open_single(&settings.database).await.context("the database cannot be opened")?;
    let is_current = schema::is_current(&database).await;
    database.close().await;
    anyhow::ensure!(is_current, "the database's schema is not this version's; run `rollcall migrate up` first");
    Ok(())
}

/// Every slice's service.
fn services(
    settings: &Settings,
    store: &Store,
    clock: &Clock,
    keys: &Keys,
    tokens: identity::Tokens,
    revocations: identity::Revocations,
    stop: &CancellationToken,
) -> anyhow::Result<Router> {
    let leases = Leases { clock: clock.clone(), revocations: revocations.clone(), stop: stop.clone() };
    let rotation = Rotation::new(keys.code, settings.code.interval_seconds);
    let (reporter, standard_health) = tonic_health::server::health_reporter();
    let health = health::Service { store: store.clone(), stop: stop.clone() };
    tokio::spawn(health::report(reporter, health.clone()));

    let revoker = identity::Revoker::new(&tokens, revocations.clone(), store.bus.clone());
    let passwords = identity::Passwords::new();
    let people = people::Service {
        store: store.clone(),
        clock: clock.clone(),
        keys: keys.clone(),
        passwords: passwords.clone(),
        revoker,
    };
    let identity = identity::Service {
        store: store.clone(),
        clock: clock.clone(),
        keys: keys.clone(),
        tokens,
        passwords,
        revocations,
        options: settings.identity.clone(),
        limits: settings.limits.clone(),
        refusals: Arc::new(tokio::sync::Semaphore::new(64)),
    };
    let organisation = organisation::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone() };
    let geofence = geofence::Service {
        store: store.clone(),
        clock: clock.clone(),
        keys: keys.clone(),
        default_radius_meters: settings.default_fence_radius_meters,
    };
    let access_point = access_point::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone() };
    let college = college::Service { store: store.clone(), clock: clock.clone() };
    let audit = audit::Service { database: store.database.clone(), keys: keys.clone() };
    let session = session::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone() };
    let code = code::Service {
        store: store.clone(),
        clock: clock.clone(),
        rotation: rotation.clone(),
        leases: leases.clone(),
    };
    let checkin =
        checkin::Service { store: store.clone(), clock: clock.clone(), rotation, writer: checkin::Writer::new(store) };
    let record = record::Service { store: store.clone(), keys: keys.clone() };
    let feeds = live::Feeds::new(store.clone(), stop.clone());
    let live = live::Service { store: store.clone(), keys: keys.clone(), feeds, leases };

    // Sizes are the contract's: the layer that reads the body holds each RPC to its own.
    const ANY_SIZE: usize = usize::MAX;
    let routes = Routes::new(AuthServiceServer::new(identity).max_decoding_message_size(ANY_SIZE))
        .add_service(UserServiceServer::new(people).max_decoding_message_size(ANY_SIZE))
        .add_service(DivisionServiceServer::new(organisation).max_decoding_message_size(ANY_SIZE))
        .add_service(GeofenceServiceServer::new(geofence).max_decoding_message_size(ANY_SIZE))
        .add_service(AccessPointServiceServer::new(access_point).max_decoding_message_size(ANY_SIZE))
        .add_service(CollegeServiceServer::new(college).max_decoding_message_size(ANY_SIZE))
        .add_service(AuditServiceServer::new(audit).max_decoding_message_size(ANY_SIZE))
        .add_service(SessionServiceServer::new(session).max_decoding_message_size(ANY_SIZE))
        .add_service(CodeServiceServer::new(code).max_decoding_message_size(ANY_SIZE))
        .add_service(CheckInServiceServer::new(checkin).max_decoding_message_size(ANY_SIZE))
        .add_service(RecordServiceServer::new(record).max_decoding_message_size(ANY_SIZE))
        .add_service(LiveServiceServer::new(live).max_decoding_message_size(ANY_SIZE))
        .add_service(HealthServiceServer::new(health).max_decoding_message_size(ANY_SIZE))
        .add_service(standard_health);
    Ok(routes.prepare().into_axum_router())
}

async fn bind(host: std::net::IpAddr, port: u16, name: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind((host, port))
        .await
        .with_context(|| format!("{host}:{port} cannot be bound; set {name} to another port, or stop what uses it"))
}
