//! The way to the server that takes mail.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use super::letter::Letter;
use crate::{
    jobs::Failure,
    problem::{ErrorReason, Problem},
    settings::{self, SmtpTls},
};

/// For each step of the talk with the server.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends letters, or says that it cannot. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    options: Arc<settings::Mail>,
    transport: Option<AsyncSmtpTransport<Tokio1Executor>>,
}

impl Mailer {
    pub fn new(options: settings::Mail) -> anyhow::Result<Self> {
        let transport = options.smtp.as_ref().map(|smtp| connect(smtp, host(&options.public_url))).transpose()?;
        Ok(Self { options: Arc::new(options), transport })
    }

    pub const fn is_configured(&self) -> bool {
        self.transport.is_some()
    }

    /// Refuses what cannot be done without mail, before it is begun.
    pub fn require(&self) -> Result<(), Problem> {
        if self.is_configured() {
            return Ok(());
        }
        Err(Problem::new(
            ErrorReason::MailNotConfigured,
            "This server sends no mail: its operator has to set SMTP_HOST.",
        ))
    }

    /// The address of a page of ours, which is the settings' and never the caller's.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.options.public_url)
    }

    /// Hands a letter to the server. `id` is the same for every try at the same letter.
    pub async fn send(&self, letter: Letter, id: Uuid, now: DateTime<Utc>) -> Result<(), Failure> {
        let (Some(smtp), Some(transport)) = (&self.options.smtp, &self.transport) else {
            return Err(Failure::Passing("SMTP_HOST is not set".to_owned()));
        };
        let id = format!("{id}@{}", host(&self.options.public_url));
        let message =
            letter.message(smtp.from.clone(), &id, now).map_err(|error| Failure::Permanent(error.to_string()))?;
        transport.send(message).await.map(|_| ()).map_err(|error| judge(&error))
    }
}

/// Whether it is the letter that the server will never take. Anything else, a password that the server does not know too, is
/// for the operator to mend, and the letter waits for it. Of what the server says only the code is told: the rest may name
/// the mailbox.
fn judge(error: &Error) -> Failure {
    match error.status().map(u16::from) {
        Some(code @ (550 | 551 | 553 | 554)) => Failure::Permanent(format!("the mail server says {code}")),
        Some(code) => Failure::Passing(format!("the mail server says {code}")),
        None => Failure::Passing(chain(error)),
    }
}

fn chain(error: &Error) -> String {
    let mut told = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_told = cause.to_string();
        if !told.contains(&cause_told) {
            told += &format!(": {cause_told}");
        }
        source = cause.source();
    }
    told
}

fn connect(smtp: &settings::Smtp, own_name: &str) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
    let tls = match smtp.tls {
        SmtpTls::None => Tls::None,
        SmtpTls::StartTls => Tls::Required(parameters(smtp)?),
        SmtpTls::Tls => Tls::Wrapper(parameters(smtp)?),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
        .port(smtp.port)
        .tls(tls)
        .timeout(Some(TIMEOUT))
        .hello_name(ClientId::Domain(own_name.to_owned()));
    if let Some((name, password)) = &smtp.credentials {
        builder = builder.credentials(Credentials::new(name.clone(), password.expose_secret().to_owned()));
    }
    Ok(builder.build())
}

fn parameters(smtp: &settings::Smtp) -> anyhow::Result<TlsParameters> {
    let mut builder = TlsParameters::builder(smtp.host.clone());
    if let Some(file) = &smtp.ca_file {
        let context = || format!("SMTP_CA_FILE {}", file.display());
        let pem = std::fs::read(file).with_context(context)?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).with_context(context)?);
    }
    builder.build().context("TLS for SMTP_HOST")
}

/// The host of an address.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', ':']).unwrap_or(rest.len());
    &rest[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_begin_with_the_public_address() {
        let options = |public_url: &str| settings::Mail { smtp: None, public_url: public_url.to_owned() };
        let table = [
            ("https://a.example", "/register#token=T", "https://a.example/register#token=T", "a.example"),
            ("http://a.example:8000", "/#/join?t=T", "http://a.example:8000/#/join?t=T", "a.example"),
            ("https://a.example/app", "/r/T/x", "https://a.example/app/r/T/x", "a.example"),
        ];
        for (url, path, expected, name) in table {
            let mailer = Mailer::new(options(url)).expect("a mailer");
            assert_eq!((mailer.link(path).as_str(), host(url)), (expected, name));
        }
        let mailer = Mailer::new(options("")).expect("a mailer");
        assert_eq!(mailer.require().map_err(|problem| problem.reason), Err(ErrorReason::MailNotConfigured));
    }
}
