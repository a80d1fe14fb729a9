//! What each part of the server is told.

use std::{net::IpAddr, time::Duration};

use ipnet::IpNet;
use secrecy::SecretString;

/// Where this runs. Anything but production is development.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    Development,
    Production,
}

/// Where to listen.
#[derive(Clone, Debug)]
pub struct Listen {
    pub host: IpAddr,
    pub grpc_port: u16,
    pub edge_port: u16,
    pub admin_host: IpAddr,
    pub admin_port: u16,
    pub max_connections_per_address: usize,
    pub trusted_proxies: Vec<IpNet>,
    pub public_metrics: bool,
}

/// Where rows are kept.
#[derive(Clone, Debug)]
pub struct Database {
    pub url: SecretString,
    /// libpq's sslmode.
    pub tls: Option<String>,
    /// Connections, for reading and writing together.
    pub pool_size: u32,
}

/// How people sign in.
#[derive(Clone, Debug)]
pub struct Identity {
    pub access_token_life: Duration,
    pub refresh_token_life: Duration,
    pub secure_cookie: bool,
    pub allowed_origins: Vec<String>,
}

/// How codes rotate.
#[derive(Clone, Debug)]
pub struct Code {
    pub interval_seconds: u32,
}

/// How much one caller may ask. 0 switches a limit off.
#[derive(Clone, Debug)]
pub struct RateLimits {
    pub anonymous_per_minute: u32,
    pub login_per_minute: u32,
    pub login_per_address_per_minute: u32,
    pub user_per_hour: u32,
}
