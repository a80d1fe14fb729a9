//! The attendance server. This file names every slice, builds them and serves them; ARCHITECTURE.md tells how they belong
//! together.

mod access_point;
pub mod admin;
mod allowance;
mod api_key;
mod audit;
mod bulk;
mod caching;
mod calendar;
mod checkin;
mod clock;
mod code;
mod college;
mod contract;
mod convert;
mod daily_record;
mod device;
mod entity;
mod excuse;
mod face;
mod feed;
mod feedback;
mod fingerprint;
mod geofence;
mod health;
mod identity;
mod import;
mod jobs;
mod keys;
mod layers;
mod lease;
mod live;
mod mail;
mod mask;
mod name;
mod notification;
mod offline;
mod operate;
mod organisation;
mod origin;
mod page;
mod people;
mod policy;
mod principal;
mod problem;
mod record;
mod report;
mod retention;
mod review;
pub mod schema;
mod search;
mod session;
pub mod settings;
mod store;
mod tally;
pub mod telemetry;
mod timetable;
mod webhook;
mod workforce;

pub mod edge;

pub use face::fetch_models;

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use axum::Router;
use rollcall_proto::v1::{
    access_point_service_server::AccessPointServiceServer, api_key_service_server::ApiKeyServiceServer,
    audit_service_server::AuditServiceServer, auth_service_server::AuthServiceServer,
    bulk_service_server::BulkServiceServer, calendar_service_server::CalendarServiceServer,
    check_in_service_server::CheckInServiceServer, code_service_server::CodeServiceServer,
    college_service_server::CollegeServiceServer, daily_record_service_server::DailyRecordServiceServer,
    device_service_server::DeviceServiceServer, division_service_server::DivisionServiceServer,
    excuse_service_server::ExcuseServiceServer, face_service_server::FaceServiceServer,
    feedback_service_server::FeedbackServiceServer, geofence_service_server::GeofenceServiceServer,
    health_service_server::HealthServiceServer, live_service_server::LiveServiceServer,
    location_history_service_server::LocationHistoryServiceServer,
    notification_service_server::NotificationServiceServer, offline_service_server::OfflineServiceServer,
    policy_service_server::PolicyServiceServer, record_service_server::RecordServiceServer,
    report_service_server::ReportServiceServer, review_service_server::ReviewServiceServer,
    schedule_feed_service_server::ScheduleFeedServiceServer, session_service_server::SessionServiceServer,
    timetable_service_server::TimetableServiceServer, user_service_server::UserServiceServer,
    webhook_service_server::WebhookServiceServer, workforce_service_server::WorkforceServiceServer,
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
    let contract = Arc::new(read_contract()?);
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
    let keyring = identity::Keyring::follow(
        store.database.clone(),
        keys.clone(),
        settings.identity.first_algorithm,
        stop.clone(),
    );
    let tokens = identity::Tokens::new(keyring.await?, settings.identity.access_token_life, revocations.clone());
    let limits = &settings.limits;
    let campus = organisation::CampusNetworks::follow(
        store.clone(),
        &limits.campus_networks,
        limits.campus_factor,
        stop.clone(),
    );
    let campus = campus.await?;
    let shared = Arc::new(Shared {
        contract: contract.clone(),
        clock: clock.clone(),
        tokens: tokens.clone(),
        api_keys: api_key::ApiKeys::new(store.clone(), &keys, revocations.clone()),
        limiter: store.limiter.clone(),
        limits: settings.limits.clone(),
        campus: campus.clone(),
        trusted_proxies: settings.listen.trusted_proxies.clone(),
        denials: layers::Denials::new(store.database.clone(), clock.clone()),
    });
    let parts = Parts { settings: &settings, contract, store: &store, clock: &clock, keys: &keys, stop: &stop };
    let (services, runner) = services(parts, tokens, revocations, campus)?;
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
    running.spawn(runner.run(stop.clone()));
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

/// What slices are built from.
struct Parts<'s> {
    settings: &'s Settings,
    contract: Arc<Contract>,
    store: &'s Store,
    clock: &'s Clock,
    keys: &'s Keys,
    stop: &'s CancellationToken,
}

/// Every slice's service, and what they do in the background.
fn services(
    Parts { settings, contract, store, clock, keys, stop }: Parts<'_>,
    tokens: identity::Tokens,
    revocations: identity::Revocations,
    campus: organisation::CampusNetworks,
) -> anyhow::Result<(Router, jobs::Runner)> {
    let mailer = mail::Mailer::new(settings.mail.clone())?;
    let outbox = identity::Outbox::new(mailer.clone(), store.limiter.clone(), settings.account_mail.clone());
    let leases = Leases { clock: clock.clone(), revocations: revocations.clone(), stop: stop.clone() };
    let rotation = Rotation::new(keys.code, settings.code.interval_seconds);
    let one_time_passwords = code::OneTimePasswords::new(
        store.database.clone(),
        keys.one_time_password,
        settings.code.one_time_password_life,
    );
    let (reporter, standard_health) = tonic_health::server::health_reporter();
    let health = health::Service { store: store.clone(), stop: stop.clone() };
    tokio::spawn(health::report(reporter, health.clone()));

    let revoker = identity::Revoker::new(clock.clone(), &tokens, revocations.clone(), store.bus.clone());
    let passwords = identity::Passwords::new();
    let people = people::Service {
        store: store.clone(),
        clock: clock.clone(),
        keys: keys.clone(),
        passwords: passwords.clone(),
        revoker: revoker.clone(),
        outbox: outbox.clone(),
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
        campus: campus.clone(),
        pace: identity::Pace::default(),
        refusals: Arc::new(tokio::sync::Semaphore::new(64)),
        outbox: outbox.clone(),
    };
    let runner = tally::handle_jobs(
        identity.handle_jobs(jobs::Runner::new(store.clone(), clock.clone())),
        &store.database,
        clock,
    );
    let organisation = organisation::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone() };
    let turns = import::Turns::default();
    let geofence = geofence::Service {
        store: store.clone(),
        clock: clock.clone(),
        keys: keys.clone(),
        contract: contract.clone(),
        turns: turns.clone(),
        default_radius_meters: settings.default_fence_radius_meters,
    };
    let importer = bulk::Importer {
        store: store.clone(),
        revoker: revoker.clone(),
        keys: keys.clone(),
        outbox,
        default_radius_meters: settings.default_fence_radius_meters,
    };
    let bulk = bulk::Service {
        importer,
        clock: clock.clone(),
        contract: contract.clone(),
        leases: leases.clone(),
        turns: turns.clone(),
    };
    let api_key = api_key::Service {
        store: store.clone(),
        clock: clock.clone(),
        keys: keys.clone(),
        revoker,
        identity: identity.clone(),
    };
    let access_point = access_point::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone() };
    let feed = feed::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone() };
    let calendar = calendar::Service {
        store: store.clone(),
        clock: clock.clone(),
        keys: keys.clone(),
        contract: contract.clone(),
        turns,
    };
    let college = college::Service { store: store.clone(), clock: clock.clone() };
    let audit = audit::Service { database: store.database.clone(), keys: keys.clone() };
    let timetable = timetable::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone() };
    let policy = policy::Service {
        store: store.clone(),
        clock: clock.clone(),
        keys: keys.clone(),
        code_interval_seconds: settings.code.interval_seconds,
    };
    let faces = face::Faces {
        store: store.clone(),
        clock: clock.clone(),
        keys: keys.clone(),
        reader: face::Reader::begin(settings.face_models_dir.clone())?,
    };
    let session =
        session::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone(), faces: faces.clone() };
    let runner = session.handle_jobs(runner);
    let code = code::Service {
        store: store.clone(),
        clock: clock.clone(),
        rotation: rotation.clone(),
        passwords: one_time_passwords.clone(),
        mailer: mailer.clone(),
        leases: leases.clone(),
    };
    let runner = one_time_passwords.handle_jobs(runner, &mailer, clock);
    let runner = fingerprint::handle_jobs(runner, store, clock);
    let checkin = checkin::Service {
        store: store.clone(),
        clock: clock.clone(),
        rotation,
        passwords: one_time_passwords,
        nonce_key: keys.device_nonce,
        campus,
        scans: fingerprint::SeenScans::new(&store.database),
        earlier: checkin::EarlierPlaces::new(&store.database),
        faces: faces.clone(),
        writer: checkin::Writer::new(store),
    };
    let runner = checkin.handle_jobs(runner);
    let offline = offline::Service { checkin: checkin.clone() };
    let device = device::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone() };
    let record = record::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone() };
    let feedback = feedback::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone() };
    let report = report::Service { store: store.clone(), keys: keys.clone() };
    let runner = report.handle_jobs(runner, clock);
    let excuse = excuse::Service {
        store: store.clone(),
        clock: clock.clone(),
        keys: keys.clone(),
        documents: store::Documents::open(&settings.documents)?,
    };
    let runner = excuse.handle_jobs(runner);
    let retention = retention::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone() };
    let runner = retention.handle_jobs(runner);
    let review = review::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone() };
    let notification = notification::Service { store: store.clone(), clock: clock.clone(), keys: keys.clone(), mailer };
    let webhook = webhook::Service::new(store.clone(), clock.clone(), keys.clone(), &settings.webhooks);
    let runner = webhook.handle_jobs(notification.handle_jobs(runner));
    let workforce = workforce::Service {
        store: store.clone(),
        clock: clock.clone(),
        keys: keys.clone(),
        contract: contract.clone(),
        keeper: workforce::Keeper::new(&store.database),
        settler: workforce::Settler::new(&store.database),
        leases: leases.clone(),
    };
    let runner = workforce.handle_jobs(runner);
    let daily_record = daily_record::Service {
        store: store.clone(),
        clock: clock.clone(),
        keys: keys.clone(),
        writer: daily_record::Writer::new(store),
    };
    let inboxes = live::Inboxes::new(store.clone(), stop.clone());
    let feeds = live::Feeds::new(store.clone(), keys, stop.clone());
    let live = live::Service { store: store.clone(), keys: keys.clone(), feeds, inboxes, leases };

    // Sizes are the contract's: the layer that reads the body holds each RPC to its own.
    const ANY_SIZE: usize = usize::MAX;
    let routes = Routes::new(AuthServiceServer::new(identity).max_decoding_message_size(ANY_SIZE))
        .add_service(UserServiceServer::new(people).max_decoding_message_size(ANY_SIZE))
        .add_service(DivisionServiceServer::new(organisation).max_decoding_message_size(ANY_SIZE))
        .add_service(GeofenceServiceServer::new(geofence).max_decoding_message_size(ANY_SIZE))
        .add_service(AccessPointServiceServer::new(access_point).max_decoding_message_size(ANY_SIZE))
        .add_service(ApiKeyServiceServer::new(api_key).max_decoding_message_size(ANY_SIZE))
        .add_service(BulkServiceServer::new(bulk).max_decoding_message_size(ANY_SIZE))
        .add_service(CalendarServiceServer::new(calendar).max_decoding_message_size(ANY_SIZE))
        .add_service(ScheduleFeedServiceServer::new(feed).max_decoding_message_size(ANY_SIZE))
        .add_service(CollegeServiceServer::new(college).max_decoding_message_size(ANY_SIZE))
        .add_service(AuditServiceServer::new(audit).max_decoding_message_size(ANY_SIZE))
        .add_service(TimetableServiceServer::new(timetable).max_decoding_message_size(ANY_SIZE))
        .add_service(PolicyServiceServer::new(policy).max_decoding_message_size(ANY_SIZE))
        .add_service(SessionServiceServer::new(session).max_decoding_message_size(ANY_SIZE))
        .add_service(CodeServiceServer::new(code).max_decoding_message_size(ANY_SIZE))
        .add_service(FaceServiceServer::new(face::Service { faces }).max_decoding_message_size(ANY_SIZE))
        .add_service(CheckInServiceServer::new(checkin).max_decoding_message_size(ANY_SIZE))
        .add_service(DeviceServiceServer::new(device).max_decoding_message_size(ANY_SIZE))
        .add_service(RecordServiceServer::new(record).max_decoding_message_size(ANY_SIZE))
        .add_service(FeedbackServiceServer::new(feedback).max_decoding_message_size(ANY_SIZE))
        .add_service(ReportServiceServer::new(report).max_decoding_message_size(ANY_SIZE))
        .add_service(ExcuseServiceServer::new(excuse).max_decoding_message_size(ANY_SIZE))
        .add_service(OfflineServiceServer::new(offline).max_decoding_message_size(ANY_SIZE))
        .add_service(ReviewServiceServer::new(review).max_decoding_message_size(ANY_SIZE))
        .add_service(LocationHistoryServiceServer::new(retention).max_decoding_message_size(ANY_SIZE))
        .add_service(LiveServiceServer::new(live).max_decoding_message_size(ANY_SIZE))
        .add_service(NotificationServiceServer::new(notification).max_decoding_message_size(ANY_SIZE))
        .add_service(DailyRecordServiceServer::new(daily_record).max_decoding_message_size(ANY_SIZE))
        .add_service(WorkforceServiceServer::new(workforce).max_decoding_message_size(ANY_SIZE))
        .add_service(WebhookServiceServer::new(webhook).max_decoding_message_size(ANY_SIZE))
        .add_service(HealthServiceServer::new(health).max_decoding_message_size(ANY_SIZE))
        .add_service(standard_health);
    Ok((routes.prepare().into_axum_router(), runner))
}

async fn bind(host: std::net::IpAddr, port: u16, name: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind((host, port))
        .await
        .with_context(|| format!("{host}:{port} cannot be bound; set {name} to another port, or stop what uses it"))
}
