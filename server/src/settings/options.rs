//! What each part of the server is told.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use lettre::message::Mailbox;
use secrecy::SecretString;

use crate::entity::signing_key::Algorithm;

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

/// Where documents are kept.
#[derive(Clone, Debug)]
pub enum Documents {
    Folder(PathBuf),
    S3(Bucket),
}

/// A bucket of S3, or of what speaks like it.
#[derive(Clone, Debug)]
pub struct Bucket {
    pub name: String,
    /// What names in it begin with; empty where nothing is before them.
    pub prefix: String,
    pub region: String,
    /// Of what is not Amazon's.
    pub endpoint: Option<String>,
    /// None: those of the machine.
    pub credentials: Option<(String, SecretString)>,
}

/// How people sign in.
#[derive(Clone, Debug)]
pub struct Identity {
    pub access_token_life: Duration,
    /// Of the first key; those that take over have their own.
    pub first_algorithm: Algorithm,
    pub refresh_token_life: Duration,
    pub secure_cookie: bool,
    pub allowed_origins: Vec<String>,
}

/// Mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// None: no mail is sent.
    pub smtp: Option<Smtp>,
    /// Where people find the pages that mails lead to: scheme, host and perhaps a path, without a slash at its end.
    pub public_url: String,
}

/// What people do with a link that was mailed to them.
#[derive(Clone, Debug)]
pub struct AccountMail {
    /// A path with `{token}` in it.
    pub register_page: String,
    /// A path with `{token}` in it.
    pub reset_password_page: String,
    pub invitation_life: Duration,
    /// Of each kind of mail to one mailbox; 0 is no limit.
    pub per_hour: u32,
    /// To mailboxes of one college that nobody has confirmed; 0 is no limit.
    pub unconfirmed_per_day: u32,
}

/// The server that takes mail.
#[derive(Clone, Debug)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub credentials: Option<(String, SecretString)>,
    pub from: Mailbox,
    /// PEM; believed beside the authorities that everybody believes.
    pub ca_file: Option<PathBuf>,
}

/// How the line to that server is kept from readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    None,
    /// Begins in plain text and goes on in TLS, or not at all.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// How codes rotate, and how long a one-time password is good.
#[derive(Clone, Debug)]
pub struct Code {
    pub interval_seconds: u32,
    pub one_time_password_life: chrono::TimeDelta,
}

/// How much one caller may ask. 0 switches a limit off.
#[derive(Clone, Debug)]
pub struct RateLimits {
    pub anonymous_per_minute: u32,
    pub login_per_minute: u32,
    pub login_per_address_per_minute: u32,
    pub user_per_hour: u32,
    /// What the operator knows of networks with many people behind one address, beside what colleges declare.
    pub campus_networks: Vec<IpNet>,
    /// How many times as much may be asked from an address there.
    pub campus_factor: u32,
    pub key_per_hour: u32,
}

/// Where webhooks may lead.
#[derive(Clone, Debug, Default)]
pub struct Webhooks {
    /// Networks that are not public and may be called all the same, without TLS too. None in production.
    pub allowed_networks: Vec<IpNet>,
}
