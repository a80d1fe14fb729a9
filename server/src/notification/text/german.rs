//! German.

use chrono::Datelike as _;

use super::{super::event::Change, Detail, Kind, Text, Words, local};

pub const WORDS: Words = Words {
    tag: "de",
    notification,
    to_guardian,
    several: |count| format!("{count} Mitteilungen"),
    closing: "Welche Mails kommen und wann, lässt sich in den Einstellungen des Kontos wählen.",
    guardian_closing: |college| {
        format!(
            "{college} hat diese Adresse als die einer erziehungsberechtigten Person hinterlegt. Wenn das nicht stimmt, \
             geben Sie bitte dort Bescheid."
        )
    },
};

const DAYS: [&str; 7] = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];
const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

fn notification(kind: Kind, detail: &Detail) -> Text {
    let subject = &detail.subject;
    match kind {
        Kind::SessionStarted => Text {
            title: format!("{subject} hat begonnen"),
            body: format!("{subject} hat begonnen: {}. Die Anmeldung ist jetzt möglich.", when_and_where(detail)),
        },
        Kind::SessionChanged => Text {
            title: format!("{subject}: {}", changes(detail)),
            body: format!("{subject}: {}.{}", when_and_where(detail), reason(detail)),
        },
        Kind::SessionCancelled => Text {
            title: format!("{subject} fällt aus"),
            body: format!("{subject} findet nicht statt: {}.{}", when_and_where(detail), reason(detail)),
        },
        Kind::MakeupBooked => Text {
            title: format!("{subject} wird nachgeholt"),
            body: format!("{subject} wird nachgeholt: {}.", when_and_where(detail)),
        },
        Kind::Absence => Text {
            title: format!("Fehlzeit: {subject}"),
            body: format!(
                "Für {subject}, {}, ist eine Abwesenheit eingetragen. Wenn es einen Grund gab, kann eine Entschuldigung \
                 eingereicht werden.",
                when_and_where(detail)
            ),
        },
        Kind::ExcuseDecided => {
            let verdict = if detail.is_approved { "angenommen" } else { "abgelehnt" };
            Text {
                title: format!("Entschuldigung {verdict}: {subject}"),
                body: format!(
                    "Die Entschuldigung für {subject}, {}, wurde {verdict}.{}",
                    when_and_where(detail),
                    reason(detail)
                ),
            }
        }
        Kind::ReviewDecided => {
            let verdict = if detail.is_approved { "bestätigt" } else { "abgelehnt" };
            let next = if detail.is_approved { "" } else { " Einmal kann Widerspruch eingelegt werden." };
            Text {
                title: format!("Anmeldung {verdict}: {subject}"),
                body: format!(
                    "Die Anmeldung zu {subject}, {}, wurde geprüft und {verdict}.{}{next}",
                    when_and_where(detail),
                    reason(detail)
                ),
            }
        }
        Kind::DeviceEnrolled => {
            let name = if detail.device.is_empty() { String::new() } else { format!(" „{}“", detail.device) };
            let from = detail.waits_until.map_or_else(
                || "Es ist sofort gültig.".to_owned(),
                |time| {
                    let time = local(&detail.time_zone, time).format("%d.%m.%Y, %H:%M");
                    format!("Es ersetzt das bisherige ab {time} Uhr ({}).", detail.time_zone)
                },
            );
            Text {
                title: "Ein Gerät wurde angemeldet".to_owned(),
                body: format!(
                    "Das Gerät{name} wurde für das Konto angemeldet. {from} Wenn das jemand anders war: widerrufen und das Passwort ändern."
                ),
            }
        }
        Kind::FaceEnrolled => {
            let what = if detail.is_replaced {
                "Ein anderes Gesicht wurde anstelle des bisherigen"
            } else {
                "Ein Gesicht wurde"
            };
            Text {
                title: "Ein Gesicht wurde hinterlegt".to_owned(),
                body: format!(
                    "{what} für das Konto hinterlegt; Check-ins werden ab jetzt damit verglichen. Wenn das jemand anders war: löschen und das Passwort ändern."
                ),
            }
        }
        Kind::LowAttendance => Text {
            title: format!("Anwesenheit: {} %", detail.percent),
            body: format!(
                "Die Anwesenheit ist auf {} % gesunken. Gewünscht sind mindestens {} %.",
                detail.percent, detail.wanted_percent
            ),
        },
    }
}

fn to_guardian(kind: Kind, detail: &Detail, student: &str) -> Text {
    match kind {
        Kind::LowAttendance => Text {
            title: format!("Anwesenheit von {student}"),
            body: format!(
                "Die Anwesenheit von {student} ist auf {} % gesunken. Gewünscht sind mindestens {} %.",
                detail.percent, detail.wanted_percent
            ),
        },
        _ => Text {
            title: format!("{student} hat gefehlt"),
            body: format!(
                "Für {student} ist in {}, {}, eine Abwesenheit eingetragen.",
                detail.subject,
                when_and_where(detail)
            ),
        },
    }
}

fn when_and_where(detail: &Detail) -> String {
    let (start, end) = (local(&detail.time_zone, detail.planned_start), local(&detail.time_zone, detail.planned_end));
    let place = if detail.location.is_empty() { String::new() } else { format!(", {}", detail.location) };
    format!(
        "{}, {}. {} {}, {} bis {} Uhr ({}){place}",
        DAYS[start.weekday().num_days_from_monday() as usize],
        start.day(),
        MONTHS[start.month0() as usize],
        start.year(),
        start.format("%H:%M"),
        end.format("%H:%M"),
        detail.time_zone,
    )
}

fn changes(detail: &Detail) -> String {
    let names = detail.changes.iter().map(|change| match change {
        Change::Teacher => "andere Lehrkraft",
        Change::Time => "andere Zeit",
        Change::Place => "anderer Ort",
    });
    let names: Vec<_> = names.collect();
    if names.is_empty() { "anderer Plan".to_owned() } else { names.join(", ") }
}

fn reason(detail: &Detail) -> String {
    if detail.reason.is_empty() { String::new() } else { format!(" Grund: {}", detail.reason) }
}
