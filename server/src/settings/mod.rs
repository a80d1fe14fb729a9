//! Every setting, from flags over the environment over `config.yaml` over defaults, read and checked before anything binds.
//! All faults are listed together. Each part of the server gets its own options and sees no others.

mod documents;
mod mail;
mod options;
mod reader;
mod secret;

pub use options::*;
use reader::Reader;

use std::{path::PathBuf, time::Duration};

use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use tracing_subscriber::filter::LevelFilter;

use crate::entity::signing_key::Algorithm;

/// The effective settings.
#[derive(Clone, Debug)]
pub struct Settings {
    pub environment: Environment,
    pub listen: Listen,
    pub database: Database,
    pub redis: Option<SecretString>,
    pub documents: Documents,
    /// The master secret; made in the data folder when none is given, in development only.
    pub secret: Option<SecretString>,
    pub data_dir: PathBuf,
    /// Where the models for faces are, if they were fetched.
    pub face_models_dir: PathBuf,
    pub time_zone: chrono_tz::Tz,
    pub default_fence_radius_meters: f64,
    pub clock_offset_file: Option<PathBuf>,
    pub log_level: LevelFilter,
    pub identity: Identity,
    pub code: Code,
    pub limits: RateLimits,
    pub mail: Mail,
    pub account_mail: AccountMail,
    pub webhooks: Webhooks,
    pub cors_origins: Vec<String>,
    /// Whether the edge shows the OpenAPI document and its pages.
    pub docs: bool,
    /// The settings as they were read, for `--print-config`; secrets are masked.
    pub shown: Vec<(String, String)>,
}

impl Settings {
    /// The master secret; in development one is made where none was given.
    pub fn master_secret(&self) -> anyhow::Result<SecretString> {
        match &self.secret {
            Some(secret) => Ok(secret.clone()),
            None => secret::load_or_make(&self.data_dir),
        }
    }

    pub fn is_production(&self) -> bool {
        self.environment == Environment::Production
    }

    /// Reads and checks. `flags` are `NAME=VALUE` pairs that win over everything else. An edge by itself needs no secret.
    pub fn load(file: Option<PathBuf>, flags: &[String], needs_secret: bool) -> Result<Self, Vec<String>> {
        let mut reader = Reader::new(file, flags)?;
        let environment = match reader.text("ENVIRONMENT", "development").as_str() {
            "production" => Environment::Production,
            "development" | "test" | "staging" => Environment::Development,
            other => {
                reader.fault(format!("ENVIRONMENT is {other:?}; it must be development, test, staging or production"));
                Environment::Development
            }
        };
        let production = environment == Environment::Production;

        let secret = reader.secret("SECRET_KEY").or_else(|| reader.secret("JWT_SECRET"));
        if production && needs_secret {
            check_secret(secret.as_ref(), &mut reader);
        }
        let clock_offset_file = reader.optional("CLOCK_OFFSET_FILE").map(PathBuf::from);
        if production && clock_offset_file.is_some() {
            reader.fault("CLOCK_OFFSET_FILE moves the clock for tests; take it away in production".to_owned());
        }

        let data_dir = PathBuf::from(reader.text("DATA_DIR", "./data"));
        let database = read_database(&mut reader, &data_dir);
        let redis = read_redis(&mut reader);
        let documents = documents::read(&mut reader, &data_dir, production);
        let face_models_dir = reader.optional("FACE_MODELS_DIR").map_or_else(|| data_dir.join("models"), PathBuf::from);
        reader.know(&[
            "JWT_SECRET",
            "PORT",
            "DATABASE_URL",
            "DB_HOST",
            "DB_PORT",
            "DB_NAME",
            "DB_USER",
            "DB_PASSWORD",
            "REDIS_URL",
            "postgres.host",
            "postgres.port",
            "postgres.database",
            "postgres.user",
            "postgres.password",
            "redis.host",
            "redis.port",
            "redis.password",
            "JWT_EXPIRATION_HOURS",
        ]);
        let time_zone = read_time_zone(&mut reader);
        let access_token_life = read_access_token_life(&mut reader);
        let first_algorithm = read_algorithm(&mut reader);

        let settings = Self {
            environment,
            listen: Listen {
                host: reader.parsed("API_HOST", "127.0.0.1", "an IP address"),
                grpc_port: reader.parsed("GRPC_PORT", "50051", "a port, 0 for any free one"),
                edge_port: match reader.optional("API_PORT") {
                    Some(_) => reader.parsed("API_PORT", "8000", "a port, 0 for any free one"),
                    None => reader.parsed("PORT", "8000", "a port, 0 for any free one"),
                },
                admin_host: reader.parsed("ADMIN_HOST", "127.0.0.1", "an IP address"),
                admin_port: reader.parsed("ADMIN_PORT", "9000", "a port, 0 for any free one"),
                max_connections_per_address: reader.number("MAX_CONNECTIONS_PER_IP", 4000, 0..=1_000_000),
                trusted_proxies: reader.list("TRUSTED_PROXIES", "", "networks such as 10.0.0.0/8"),
                public_metrics: reader.flag("METRICS_PUBLIC", false),
            },
            database,
            redis,
            documents,
            secret,
            data_dir,
            face_models_dir,
            time_zone,
            default_fence_radius_meters: reader.number("GEO_FENCE_RADIUS_METERS", 50, 1..=100_000) as f64,
            clock_offset_file,
            log_level: read_log_level(&mut reader),
            identity: Identity {
                access_token_life,
                first_algorithm,
                refresh_token_life: Duration::from_secs(
                    86_400 * reader.number::<u64>("REFRESH_TOKEN_EXPIRATION_DAYS", 7, 1..=90),
                ),
                secure_cookie: production,
                allowed_origins: Vec::new(),
            },
            code: Code {
                interval_seconds: reader.number("QR_REFRESH_INTERVAL_SECONDS", 25, 1..=300),
                one_time_password_life: TimeDelta::seconds(reader.number("OTP_EXPIRATION_SECONDS", 60, 10..=600)),
            },
            limits: RateLimits {
                anonymous_per_minute: reader.number("RATE_LIMIT_IP_PER_MINUTE", 100, 0..=1_000_000),
                login_per_minute: reader.number("RATE_LIMIT_LOGIN_PER_MINUTE", 10, 0..=1_000_000),
                login_per_address_per_minute: reader.number("RATE_LIMIT_LOGIN_PER_IP_PER_MINUTE", 1200, 0..=1_000_000),
                user_per_hour: reader.number("RATE_LIMIT_USER_PER_HOUR", 1000, 0..=10_000_000),
                campus_networks: reader.list("CAMPUS_NETWORKS", "", "networks such as 203.0.113.0/24"),
                campus_factor: reader.number("RATE_LIMIT_CAMPUS_FACTOR", 10, 1..=1000),
                key_per_hour: reader.number("RATE_LIMIT_KEY_PER_HOUR", 100_000, 0..=1_000_000_000),
            },
            mail: mail::read(&mut reader, production),
            account_mail: mail::read_account_mail(&mut reader),
            webhooks: read_webhooks(&mut reader, production),
            cors_origins: reader.list("CORS_ORIGINS", "", "origins such as https://app.example.edu"),
            docs: reader.flag("DOCS_ENABLED", true),
            shown: Vec::new(),
        };
        check_origins(&settings.cors_origins, production, &mut reader);
        let shown = reader.finish()?;
        let identity = Identity { allowed_origins: settings.cors_origins.clone(), ..settings.identity.clone() };
        Ok(Self { identity, shown, ..settings })
    }
}

/// Many systems set TZ to a file (`:/etc/localtime`); that names no zone, and the default holds.
fn read_time_zone(reader: &mut Reader) -> chrono_tz::Tz {
    match reader.optional("TZ") {
        Some(file) if file.starts_with(':') => chrono_tz::Asia::Kolkata,
        _ => reader.parsed("TZ", "Asia/Kolkata", "an IANA time zone such as Asia/Kolkata"),
    }
}

/// The names of tracing, and those of Python that the same level has there.
fn read_log_level(reader: &mut Reader) -> LevelFilter {
    match reader.text("LOG_LEVEL", "INFO").to_uppercase().as_str() {
        "OFF" => LevelFilter::OFF,
        "ERROR" | "CRITICAL" => LevelFilter::ERROR,
        "WARN" | "WARNING" => LevelFilter::WARN,
        "INFO" => LevelFilter::INFO,
        "DEBUG" => LevelFilter::DEBUG,
        "TRACE" => LevelFilter::TRACE,
        other => {
            reader.fault(format!("LOG_LEVEL is {other:?}; it must be OFF, ERROR, WARN, INFO, DEBUG or TRACE"));
            LevelFilter::INFO
        }
    }
}

fn read_algorithm(reader: &mut Reader) -> Algorithm {
    let name = reader.text("JWT_ALGORITHM", Algorithm::Hs256.name());
    Algorithm::named(&name).unwrap_or_else(|| {
        reader.fault(format!("JWT_ALGORITHM is {name:?}; it must be HS256 or EdDSA"));
        Algorithm::Hs256
    })
}

fn read_access_token_life(reader: &mut Reader) -> Duration {
    let minutes = match (reader.optional("JWT_EXPIRATION_MINUTES"), reader.optional("JWT_EXPIRATION_HOURS")) {
        (None, Some(_)) => {
            reader.warn("JWT_EXPIRATION_HOURS is read for compatibility; set JWT_EXPIRATION_MINUTES instead");
            60 * reader.number::<u64>("JWT_EXPIRATION_HOURS", 1, 1..=24)
        }
        _ => reader.number("JWT_EXPIRATION_MINUTES", 15, 1..=1440),
    };
    Duration::from_secs(60 * minutes)
}

fn read_database(reader: &mut Reader, data_dir: &std::path::Path) -> Database {
    let url = reader.secret("DATABASE_URL").or_else(|| {
        let host = reader.optional("DB_HOST").or_else(|| reader.optional("postgres.host"))?;
        let part = |reader: &mut Reader, name: &str, nested: &str, default: &str| {
            reader.optional(name).or_else(|| reader.optional(nested)).unwrap_or_else(|| default.to_owned())
        };
        let port = part(reader, "DB_PORT", "postgres.port", "5432");
        let name = part(reader, "DB_NAME", "postgres.database", "rollcall");
        let user = part(reader, "DB_USER", "postgres.user", "rollcall");
        let password = reader.secret("DB_PASSWORD").or_else(|| reader.secret("postgres.password"));
        let password = password.as_ref().map_or("", |password| password.expose_secret());
        let encode =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        Some(SecretString::from(format!(
            "postgres://{}:{}@{host}:{port}/{}",
            encode(&user),
            encode(password),
            encode(&name)
        )))
    });
    if let Some(url) = &url
        && !["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| url.expose_secret().starts_with(scheme))
    {
        reader.fault("DATABASE_URL must begin with postgres://, postgresql:// or sqlite:".to_owned());
    }
    let tls = match (reader.optional("PGSSLMODE"), reader.flag("DATABASE_SSL", false)) {
        (Some(mode), _)
            if ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"].contains(&mode.as_str()) =>
        {
            Some(mode)
        }
        (Some(mode), _) => {
            reader.fault(format!("PGSSLMODE is {mode:?}; it must be one of libpq's modes, such as require"));
            None
        }
        (None, true) => Some("require".to_owned()),
        (None, false) => None,
    };
    let pool_size = reader.number("DATABASE_POOL_SIZE", 16, 2..=1000);
    Database {
        url: url.unwrap_or_else(|| SecretString::from(format!("sqlite://{}/rollcall.db", data_dir.display()))),
        tls,
        pool_size,
    }
}

fn read_redis(reader: &mut Reader) -> Option<SecretString> {
    if let Some(url) = reader.secret("REDIS_URL") {
        let known = [
            "redis://",
            "rediss://",
            "redis-cluster://",
            "rediss-cluster://",
            "redis-sentinel://",
            "rediss-sentinel://",
        ];
        if !known.iter().any(|scheme| url.expose_secret().starts_with(scheme)) {
            reader.fault(format!("REDIS_URL must begin with one of {}", known.join(", ")));
        }
        return Some(url);
    }
    let host = reader.optional("redis.host")?;
    let port = reader.optional("redis.port").unwrap_or_else(|| "6379".to_owned());
    let password = reader.secret("redis.password");
    let credentials = match password.as_ref().map(|password| password.expose_secret()) {
        None | Some("") => String::new(),
        Some(password) => {
            format!(":{}@", percent_encoding::utf8_percent_encode(password, percent_encoding::NON_ALPHANUMERIC))
        }
    };
    Some(SecretString::from(format!("redis://{credentials}{host}:{port}")))
}

/// A secret that a sample file shows, or a short one, is no secret.
fn check_secret(secret: Option<&SecretString>, reader: &mut Reader) {
    const SAMPLES: &[&str] = &["change", "secret-key", "your-", "example", "sample", "password", "very-long-random"];
    let Some(secret) = secret.map(|secret| secret.expose_secret()) else {
        reader.fault("SECRET_KEY must be set in production: at least 32 random characters".to_owned());
        return;
    };
    let lower = secret.to_lowercase();
    let distinct = secret.chars().collect::<std::collections::HashSet<_>>().len();
    if secret.len() < 32 || distinct < 10 || SAMPLES.iter().any(|sample| lower.contains(sample)) {
        reader.fault(
            "SECRET_KEY is weak or a sample: in production it must be at least 32 random characters, such as `openssl rand -hex 32` gives"
                .to_owned(),
        );
    }
}

/// Webhooks of colleges must not reach what only the operator's machines can.
fn read_webhooks(reader: &mut Reader, production: bool) -> Webhooks {
    let networks = "networks such as 127.0.0.0/8";
    let allowed_networks: Vec<ipnet::IpNet> = reader.list("WEBHOOK_ALLOWED_NETWORKS", "", networks);
    if production && !allowed_networks.is_empty() {
        reader.fault(
            "WEBHOOK_ALLOWED_NETWORKS lets webhooks into private networks; take it away in production".to_owned(),
        );
    }
    Webhooks { allowed_networks }
}

fn check_origins(origins: &[String], production: bool, reader: &mut Reader) {
    for origin in origins {
        let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        if rest.is_none_or(|rest| rest.is_empty() || rest.contains(['/', '*', ' '])) {
            reader.fault(format!(
                "CORS_ORIGINS holds {origin:?}; each must be a whole origin such as https://app.example.edu"
            ));
        }
    }
    if production && origins.iter().any(|origin| origin.starts_with("http://")) {
        reader.warn("CORS_ORIGINS holds an http:// origin; pages from there can be altered on their way");
    }
}
