//! What people read, in the college's language.

mod english;
mod german;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::detail::Detail;
use crate::{
    entity::{college::Language, notification::Kind},
    mail::{Letter, Paragraph},
    organisation,
};

/// A notification in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub title: String,
    /// Sentences that belong together.
    pub body: String,
}

/// How one language says everything.
struct Words {
    /// The tag of the language, BCP 47.
    tag: &'static str,
    notification: fn(Kind, &Detail) -> Text,
    /// To a guardian about a student of this name.
    to_guardian: fn(Kind, &Detail, &str) -> Text,
    /// The subject of a mail with so many notifications.
    several: fn(usize) -> String,
    /// Why a mail comes, to the person, and to a guardian of a student of a college.
    closing: &'static str,
    guardian_closing: fn(&str) -> String,
}

const fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &english::WORDS,
        Language::German => &german::WORDS,
    }
}

pub fn notification(language: Language, kind: Kind, detail: &Detail) -> Text {
    (words(language).notification)(kind, detail)
}

/// One mail with one notification or several.
pub fn letter(language: Language, college: &str, to: String, notifications: &[Text]) -> Letter {
    let words = words(language);
    let subject = match notifications {
        [one] => one.title.clone(),
        several => (words.several)(several.len()),
    };
    let mut paragraphs = Vec::new();
    for text in notifications {
        if notifications.len() > 1 {
            paragraphs.push(Paragraph::Text(text.title.clone()));
        }
        paragraphs.push(Paragraph::Text(text.body.clone()));
    }
    paragraphs.push(Paragraph::Text(words.closing.to_owned()));
    Letter { to, subject: format!("{college}: {subject}"), paragraphs, language: words.tag }
}

/// The mail to a guardian.
pub fn guardian_letter(
    language: Language,
    college: &str,
    to: String,
    kind: Kind,
    detail: &Detail,
    student: &str,
) -> Letter {
    let words = words(language);
    let text = (words.to_guardian)(kind, detail, student);
    let paragraphs = [text.body, (words.guardian_closing)(college)].map(Paragraph::Text).into();
    Letter { to, subject: format!("{college}: {}", text.title), paragraphs, language: words.tag }
}

/// An instant by a college's clocks.
fn local(zone: &str, time: DateTime<Utc>) -> DateTime<Tz> {
    time.with_timezone(&organisation::zone(zone))
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable as _;

    use super::*;
    use crate::notification::event::Change;

    fn detail() -> Detail {
        Detail {
            subject: "Algebra".to_owned(),
            planned_start: "2026-03-29T07:30:00Z".parse().expect("a time"),
            planned_end: "2026-03-29T09:00:00Z".parse().expect("a time"),
            time_zone: "Europe/Berlin".to_owned(),
            location: "Room 12".to_owned(),
            changes: vec![Change::Time, Change::Place],
            reason: "pipes burst".to_owned(),
            is_approved: true,
            percent: 61,
            wanted_percent: 75,
            device: "Algebra phone".to_owned(),
            ..Detail::default()
        }
    }

    #[test]
    fn every_kind_is_said_in_every_language() {
        for language in [Language::English, Language::German] {
            let texts: Vec<_> = Kind::iter().map(|kind| notification(language, kind, &detail())).collect();
            for (kind, text) in Kind::iter().zip(&texts) {
                let names_it = text.body.contains("Algebra") || text.title.contains("61");
                // A face is nothing that belongs to a session.
                assert!(names_it || kind == Kind::FaceEnrolled, "{text:?}");
                assert!(!text.body.is_empty() && !text.title.contains('\n'), "{text:?}");
            }
            let titles: std::collections::HashSet<_> = texts.iter().map(|text| &text.title).collect();
            assert_eq!(titles.len(), texts.len(), "{texts:?}");
        }
    }

    #[test]
    fn times_are_the_colleges_and_written_as_people_write_them() {
        let said = |language| notification(language, Kind::SessionChanged, &detail());
        let english = said(Language::English);
        assert_eq!(english.title, "Algebra has another time and place");
        assert_eq!(
            english.body,
            "Algebra: Sunday 29 March 2026, 09:30 to 11:00 (Europe/Berlin), Room 12. Reason: pipes burst"
        );
        let german = said(Language::German);
        assert_eq!(german.title, "Algebra: andere Zeit, anderer Ort");
        assert_eq!(
            german.body,
            "Algebra: Sonntag, 29. März 2026, 09:30 bis 11:00 Uhr (Europe/Berlin), Room 12. Grund: pipes burst"
        );
    }

    #[test]
    fn what_has_no_reason_names_none() {
        let detail = Detail { reason: String::new(), location: String::new(), ..detail() };
        for language in [Language::English, Language::German] {
            let text = notification(language, Kind::SessionCancelled, &detail);
            assert!(
                !text.body.contains("eason") && !text.body.contains("Grund") && !text.body.contains(", ."),
                "{text:?}"
            );
        }
    }

    #[test]
    fn one_mail_holds_several() {
        let texts: Vec<_> =
            [Kind::Absence, Kind::LowAttendance].map(|kind| notification(Language::German, kind, &detail())).into();
        let letter = letter(Language::German, "Riverside", "a@b.example".to_owned(), &texts);
        assert_eq!((letter.subject.as_str(), letter.language), ("Riverside: 2 Mitteilungen", "de"));
        assert_eq!(letter.paragraphs.len(), 5);
    }
}
