//! What the mails say.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::mail::{Letter, Paragraph};

/// The college that a letter is from.
pub struct Sender<'a> {
    pub name: &'a str,
    pub zone: Tz,
}

/// Where a letter leads, and until when.
pub struct Link {
    pub address: String,
    pub expires_at: DateTime<Utc>,
}

impl Sender<'_> {
    pub fn invitation(&self, to: String, link: Link) -> Letter {
        let name = self.name;
        let until = self.time(link.expires_at);
        letter(
            to,
            format!("{name}: your account"),
            vec![
                text(format!("{name} has made an account for you in Rollcall, where attendance is kept.")),
                text("Choose a password to begin:"),
                Paragraph::Link(link.address),
                text(format!("The link works once, until {until}. After that, ask the college for another one.")),
                text("If this means nothing to you, leave it: without you nothing happens."),
            ],
        )
    }

    pub fn registration(&self, to: String, link: Link) -> Letter {
        let name = self.name;
        let until = self.time(link.expires_at);
        letter(
            to,
            format!("{name}: confirm your address"),
            vec![
                text(format!("Somebody, we hope you, asked for an account at {name} with this address.")),
                text("Confirm it, and choose a password:"),
                Paragraph::Link(link.address),
                text(format!("The link works once, until {until}.")),
                text("If it was not you, leave it: without you there will be no account."),
            ],
        )
    }

    pub fn already_registered(&self, to: String) -> Letter {
        let name = self.name;
        letter(
            to,
            format!("{name}: you have an account already"),
            vec![
                text(format!(
                    "Somebody, we hope you, asked for an account at {name} with this address. There is one already."
                )),
                text("Sign in with it. If you have forgotten the password, ask for another one where you sign in."),
                text("If it was not you, leave it: nothing has changed."),
            ],
        )
    }

    pub fn password_reset(&self, to: String, link: Link) -> Letter {
        let name = self.name;
        let until = self.time(link.expires_at);
        letter(
            to,
            format!("{name}: choose another password"),
            vec![
                text(format!("Somebody, we hope you, has forgotten the password of your account at {name}.")),
                text("Choose another one:"),
                Paragraph::Link(link.address),
                text(format!(
                    "The link works once, until {until}. With the new password you are signed out everywhere."
                )),
                text("If it was not you, leave it: your password stays as it is."),
            ],
        )
    }

    pub fn password_changed(&self, to: String, at: DateTime<Utc>) -> Letter {
        let (name, at) = (self.name, self.time(at));
        letter(
            to,
            format!("{name}: your password was changed"),
            vec![
                text(format!("The password of your account at {name} was changed on {at}.")),
                text("If it was not you, ask for another password at once where you sign in, and tell the college."),
            ],
        )
    }

    pub fn address_changed(&self, to: String, at: DateTime<Utc>) -> Letter {
        let (name, at) = (self.name, self.time(at));
        letter(
            to,
            format!("{name}: your address was changed"),
            vec![
                text(format!("Your account at {name} has had another e-mail address than this one since {at}.")),
                text(
                    "If you do not know of it, tell the college at once: whoever has the new address may have the account.",
                ),
            ],
        )
    }

    /// By the college's clock.
    fn time(&self, time: DateTime<Utc>) -> String {
        format!("{} ({})", time.with_timezone(&self.zone).format("%-d %B %Y, %H:%M"), self.zone.name())
    }
}

fn letter(to: String, subject: String, paragraphs: Vec<Paragraph>) -> Letter {
    Letter { to, subject, paragraphs, language: "en" }
}

fn text(text: impl Into<String>) -> Paragraph {
    Paragraph::Text(text.into())
}
