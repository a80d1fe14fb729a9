//! What a mail says, in both of its forms.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    message::{Mailbox, MultiPart, header},
};

/// One letter to one person.
#[derive(Clone, Debug)]
pub struct Letter {
    /// An address, without a name: who has a mailbox knows it.
    pub to: String,
    pub subject: String,
    pub paragraphs: Vec<Paragraph>,
    /// The language that it is in, BCP 47.
    pub language: &'static str,
}

/// A part of a letter.
#[derive(Clone, Debug)]
pub enum Paragraph {
    Text(String),
    /// An address to follow.
    Link(String),
}

/// Why a letter cannot be one.
pub type Unwritable = Box<dyn std::error::Error + Send + Sync>;

impl Letter {
    /// The message, under an id of its own: a copy that is sent because nobody knows whether the first one went can be told
    /// by it.
    pub fn message(self, from: Mailbox, id: &str, now: DateTime<Utc>) -> Result<Message, Unwritable> {
        let to: Address = self.to.parse()?;
        let mut message = Message::builder()
            .from(from)
            .to(Mailbox::new(None, to))
            .subject(self.subject.as_str())
            .message_id(Some(format!("<{id}>")))
            .date(SystemTime::from(now))
            .multipart(MultiPart::alternative_plain_html(self.text(), self.html()))?;
        // Out-of-office answers are of no use to anybody.
        let name = header::HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(header::HeaderValue::new(name, "auto-generated".to_owned()));
        Ok(message)
    }

    fn text(&self) -> String {
        let paragraphs = self.paragraphs.iter().map(|(Paragraph::Text(text) | Paragraph::Link(text))| text.as_str());
        paragraphs.collect::<Vec<_>>().join("\r\n\r\n") + "\r\n"
    }

    fn html(&self) -> String {
        let paragraphs = self.paragraphs.iter().map(|paragraph| match paragraph {
            Paragraph::Text(text) => format!("<p>{}</p>\r\n", escaped(text)),
            Paragraph::Link(link) => format!("<p><a href=\"{0}\">{0}</a></p>\r\n", escaped(link)),
        });
        let body: String = paragraphs.collect();
        format!("<!doctype html>\r\n<html lang=\"{}\"><body>\r\n{body}</body></html>\r\n", self.language)
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(to: &str, subject: &str, paragraphs: Vec<Paragraph>) -> Result<String, Unwritable> {
        let letter = Letter { to: to.to_owned(), subject: subject.to_owned(), paragraphs, language: "en" };
        let from = "Rollcall <rollcall@example.edu>".parse()?;
        let message = letter.message(from, "1@example.edu", DateTime::UNIX_EPOCH)?;
        Ok(String::from_utf8(message.formatted())?)
    }

    fn headers(message: &str) -> Vec<&str> {
        let (head, _) = message.split_once("\r\n\r\n").expect("a head");
        head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])).collect()
    }

    #[test]
    fn nothing_in_a_letter_becomes_a_header() {
        let plain = message("maple@example.edu", "Hello", vec![]).expect("a message");
        let names = |message: &str| {
            headers(message)
                .into_iter()
                .map(|line| line.split(':').next().unwrap_or_default().to_owned())
                .collect::<Vec<_>>()
        };
        for subject in
            ["Hello\r\nBcc: other@example.edu", "Hello\nX-Other: 1", "Hello\r\n\r\nbody", "ünïcode\r\nBcc: a@b.example"]
        {
            let told = message("maple@example.edu", subject, vec![]).expect("a message");
            assert_eq!(names(&told), names(&plain), "{subject:?}\n{told}");
            let to: Vec<_> = headers(&told).into_iter().filter(|line| line.starts_with("To:")).collect();
            assert_eq!(to, ["To: maple@example.edu"]);
        }
        for to in ["", "maple", "maple@example.edu\r\nBcc: other@example.edu", "a@b.example, c@d.example"] {
            assert!(message(to, "Hello", vec![]).is_err(), "{to:?}");
        }
    }

    #[test]
    fn names_add_no_markup() {
        let letter = Letter {
            to: String::new(),
            subject: String::new(),
            paragraphs: vec![
                Paragraph::Text("<b>Maple</b> & \"co\"".to_owned()),
                Paragraph::Link("https://example.edu/a#token='x'".to_owned()),
            ],
            language: "en",
        };
        assert_eq!(letter.text(), "<b>Maple</b> & \"co\"\r\n\r\nhttps://example.edu/a#token='x'\r\n");
        let html = letter.html();
        assert!(html.contains("<p>&lt;b&gt;Maple&lt;/b&gt; &amp; &quot;co&quot;</p>"), "{html}");
        assert!(html.contains("<a href=\"https://example.edu/a#token=&#39;x&#39;\">"), "{html}");
    }
}
