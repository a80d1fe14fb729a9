//! What the mail with a one-time password says, in the college's language.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    entity::college::Language,
    mail::{Letter, Paragraph},
};

/// What it is about.
pub struct Content<'c> {
    pub college: &'c str,
    pub language: Language,
    pub zone: Tz,
    /// What the session is of.
    pub subject: &'c str,
    pub digits: &'c str,
    pub expires_at: DateTime<Utc>,
}

/// The digits stand in the text alone: a subject is shown on locked screens.
pub fn letter(to: String, content: &Content<'_>) -> Letter {
    let Content { college, subject, digits, .. } = content;
    let until = content.expires_at.with_timezone(&content.zone).format("%H:%M:%S");
    let (language, title, texts) = match content.language {
        Language::English => (
            "en",
            format!("{subject}: your one-time password"),
            [
                format!(
                    "Your one-time password for {subject} is {digits}. It is good until {until}, once, and for you alone."
                ),
                "Your teacher has sent it to you. If you do not need it, leave it.".to_owned(),
            ],
        ),
        Language::German => (
            "de",
            format!("{subject}: Ihr Einmalpasswort"),
            [
                format!("Ihr Einmalpasswort für {subject} ist {digits}. Es gilt bis {until}, einmal und nur für Sie."),
                "Ihre Lehrkraft hat es Ihnen geschickt. Wenn Sie es nicht brauchen, lassen Sie es.".to_owned(),
            ],
        ),
    };
    let paragraphs = texts.map(Paragraph::Text).into();
    Letter { to, subject: format!("{college}: {title}"), paragraphs, language }
}
