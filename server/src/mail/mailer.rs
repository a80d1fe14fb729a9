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

/// A page that a mail leads to.
#[derive(Clone, Copy, Debug)]
pub enum Page {
    Register,
    ResetPassword,
}

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

    /// How long an invitation is good for.
    pub fn invitation_life(&self) -> Duration {
        self.options.invitation_life
    }

    /// The address of a page that takes a token.
    pub fn link(&self, page: Page, token: &str) -> String {
        let path = match page {
            Page::Register => &self.options.register_page,
            Page::ResetPassword => &self.options.reset_password_page,
        };
        format!("{}{}", self.options.public_url, path.replace("{token}", token))
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
/// for the operator to mend, and the letter waits for it.
fn judge(error: &Error) -> Failure {
    let told = chain(error);
    match error.status().map(u16::from) {
        Some(550 | 551 | 553 | 554) => Failure::Permanent(told),
        _ => Failure::Passing(told),
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
        let options = |public_url: &str, page: &str| settings::Mail {
            smtp: None,
            public_url: public_url.to_owned(),
            register_page: page.to_owned(),
            reset_password_page: "/reset-password#token={token}".to_owned(),
            invitation_life: Duration::from_secs(1),
        };
        let table = [
            ("https://a.example", "/register#token={token}", "https://a.example/register#token=T", "a.example"),
            ("http://a.example:8000", "/#/join?t={token}", "http://a.example:8000/#/join?t=T", "a.example"),
            ("https://a.example/app", "/r/{token}/x", "https://a.example/app/r/T/x", "a.example"),
        ];
        for (url, page, expected, name) in table {
            let mailer = Mailer::new(options(url, page)).expect("a mailer");
            assert_eq!((mailer.link(Page::Register, "T").as_str(), host(url)), (expected, name));
        }
        let mailer = Mailer::new(options("", "/x{token}")).expect("a mailer");
        assert_eq!(mailer.require().map_err(|problem| problem.reason), Err(ErrorReason::MailNotConfigured));
    }
}
