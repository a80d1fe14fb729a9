//! How mail is sent, and where its links lead.

use std::{path::PathBuf, time::Duration};

use lettre::message::Mailbox;

use super::{AccountMail, Mail, Smtp, SmtpTls, reader::Reader};

pub fn read(reader: &mut Reader, production: bool) -> Mail {
    let smtp = read_smtp(reader, production);
    let public_url = reader.optional("PUBLIC_URL").map(|url| check_url(&url, reader)).unwrap_or_default();
    if smtp.is_some() && public_url.is_empty() {
        reader.fault("PUBLIC_URL must be set where SMTP_HOST is: links in mails begin with it".to_owned());
    }
    if production && public_url.starts_with("http://") {
        reader.warn("PUBLIC_URL is an http:// address; pages from there can be altered on their way");
    }
    Mail { smtp, public_url }
}

pub fn read_account_mail(reader: &mut Reader) -> AccountMail {
    let days = reader.number::<u64>("INVITATION_EXPIRATION_DAYS", 7, 1..=90);
    AccountMail {
        register_page: read_page(reader, "REGISTER_PAGE", "/register#token={token}"),
        reset_password_page: read_page(reader, "RESET_PASSWORD_PAGE", "/reset-password#token={token}"),
        invitation_life: Duration::from_secs(86_400 * days),
        per_hour: reader.number("RATE_LIMIT_MAIL_PER_HOUR", 5, 0..=10_000),
        unconfirmed_per_day: reader.number("RATE_LIMIT_INVITATIONS_PER_DAY", 50_000, 0..=10_000_000),
    }
}

fn read_smtp(reader: &mut Reader, production: bool) -> Option<Smtp> {
    let host = reader.optional("SMTP_HOST").or_else(|| reader.optional("SMTP_SERVER"));
    let tls = match reader.text("SMTP_TLS", "starttls").to_lowercase().as_str() {
        "none" => SmtpTls::None,
        "starttls" => SmtpTls::StartTls,
        "tls" => SmtpTls::Tls,
        other => {
            reader.fault(format!("SMTP_TLS is {other:?}; it must be none, starttls or tls"));
            SmtpTls::StartTls
        }
    };
    let usual_port = match tls {
        SmtpTls::None => 25,
        SmtpTls::StartTls => 587,
        SmtpTls::Tls => 465,
    };
    let port = reader.number("SMTP_PORT", usual_port, 1..=65535);
    let name = reader.optional("SMTP_USERNAME").or_else(|| reader.optional("SMTP_USER"));
    let password = reader.secret("SMTP_PASSWORD");
    let from = reader.optional("SMTP_FROM").or_else(|| name.clone().filter(|name| name.contains('@')));
    let ca_file = reader.optional("SMTP_CA_FILE").map(PathBuf::from);
    reader.know(&["SMTP_SERVER", "SMTP_USER"]);
    let host = host?;
    let credentials = match (name, password) {
        (Some(name), Some(password)) => Some((name, password)),
        (None, None) => None,
        _ => {
            reader.fault("SMTP_USERNAME and SMTP_PASSWORD must be set together, or neither".to_owned());
            None
        }
    };
    if production && credentials.is_some() && tls == SmtpTls::None {
        reader.fault("SMTP_TLS is none: in production SMTP_PASSWORD is not sent in plain text".to_owned());
    }
    let wanted = "it must be an address such as Rollcall <rollcall@example.edu>";
    let from = match from.as_deref().map(str::parse::<Mailbox>) {
        Some(Ok(from)) => from,
        Some(Err(_)) => {
            reader.fault(format!("SMTP_FROM is {:?}; {wanted}", from.unwrap_or_default()));
            return None;
        }
        None => {
            reader.fault(format!("SMTP_FROM must be set where SMTP_HOST is; {wanted}"));
            return None;
        }
    };
    Some(Smtp { host, port, tls, credentials, from, ca_file })
}

/// Scheme and host, perhaps a path, and no slash at the end.
fn check_url(url: &str, reader: &mut Reader) -> String {
    let url = url.trim_end_matches('/');
    let is_whole = url.parse::<http::Uri>().is_ok_and(|parsed| {
        matches!(parsed.scheme_str(), Some("http" | "https")) && parsed.host().is_some() && parsed.query().is_none()
    });
    if !is_whole || url.contains(['#', '@']) {
        reader.fault(format!("PUBLIC_URL is {url:?}; it must be an address such as https://rollcall.example.edu"));
    }
    url.to_owned()
}

/// What stands after `#` is sent to no server, so that no log has the token.
fn read_page(reader: &mut Reader, name: &str, default: &str) -> String {
    let page = reader.text(name, default);
    if !page.starts_with('/') || page.matches("{token}").count() != 1 || page.contains(char::is_whitespace) {
        reader.fault(format!("{name} is {page:?}; it must be a path with {{token}} in it, such as {default}"));
    }
    page
}
