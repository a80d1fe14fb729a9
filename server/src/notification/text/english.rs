//! English.

use super::{super::event::Change, Detail, Kind, Text, Words, local};

pub const WORDS: Words = Words {
    tag: "en",
    notification,
    to_guardian,
    several: |count| format!("{count} notifications"),
    closing: "You can choose which mails you get, and when, in the settings of your account.",
    guardian_closing: |college| {
        format!("{college} has named this address as that of a guardian. If that is wrong, please tell the college.")
    },
};

fn notification(kind: Kind, detail: &Detail) -> Text {
    let subject = &detail.subject;
    match kind {
        Kind::SessionStarted => Text {
            title: format!("{subject} has begun"),
            body: format!("{subject} has begun: {}. You can check in now.", when_and_where(detail)),
        },
        Kind::SessionChanged => Text {
            title: format!("{subject} has another {}", changes(detail)),
            body: format!("{subject}: {}.{}", when_and_where(detail), reason(detail)),
        },
        Kind::SessionCancelled => Text {
            title: format!("{subject} is cancelled"),
            body: format!("{subject} does not take place: {}.{}", when_and_where(detail), reason(detail)),
        },
        Kind::MakeupBooked => Text {
            title: format!("{subject} is made up"),
            body: format!("{subject} is made up: {}.", when_and_where(detail)),
        },
        Kind::Absence => Text {
            title: format!("You were absent: {subject}"),
            body: format!(
                "You were marked absent in {subject}: {}. If there is a reason for it, ask to be excused.",
                when_and_where(detail)
            ),
        },
        Kind::ExcuseDecided => {
            let verdict = if detail.is_approved { "approved" } else { "refused" };
            Text {
                title: format!("Your excuse was {verdict}: {subject}"),
                body: format!(
                    "Your excuse for {subject}, {}, was {verdict}.{}",
                    when_and_where(detail),
                    reason(detail)
                ),
            }
        }
        Kind::ReviewDecided => {
            let verdict = if detail.is_approved { "confirmed" } else { "rejected" };
            let next = if detail.is_approved { "" } else { " You may appeal once." };
            Text {
                title: format!("Your check-in was {verdict}: {subject}"),
                body: format!(
                    "Your check-in to {subject}, {}, was looked at and {verdict}.{}{next}",
                    when_and_where(detail),
                    reason(detail)
                ),
            }
        }
        Kind::DeviceEnrolled => {
            let name = if detail.device.is_empty() { String::new() } else { format!(" “{}”", detail.device) };
            let from = detail.waits_until.map_or_else(
                || "It is active now.".to_owned(),
                |time| {
                    let time = local(&detail.time_zone, time).format("%A %-d %B %Y, %H:%M");
                    format!("It will replace the one that you use, from {time} ({}) on.", detail.time_zone)
                },
            );
            Text {
                title: "A device was enrolled".to_owned(),
                body: format!(
                    "The device{name} was enrolled for your account. {from} If that was not you, revoke it and change your password."
                ),
            }
        }
        Kind::FaceEnrolled => {
            let what =
                if detail.is_replaced { "Another face takes the place of the one that was" } else { "A face was" };
            Text {
                title: "A face was enrolled".to_owned(),
                body: format!(
                    "{what} enrolled for your account, and check-ins are compared with it from now on. If that was not you, delete it and change your password."
                ),
            }
        }
        Kind::LowAttendance => Text {
            title: format!("Your attendance is {} %", detail.percent),
            body: format!(
                "Your attendance has come down to {} %. The college wants {} % or more.",
                detail.percent, detail.wanted_percent
            ),
        },
    }
}

fn to_guardian(kind: Kind, detail: &Detail, student: &str) -> Text {
    match kind {
        Kind::LowAttendance => Text {
            title: format!("attendance of {student}"),
            body: format!(
                "The attendance of {student} has come down to {} %. The college wants {} % or more.",
                detail.percent, detail.wanted_percent
            ),
        },
        _ => Text {
            title: format!("{student} was absent"),
            body: format!("{student} was marked absent in {}: {}.", detail.subject, when_and_where(detail)),
        },
    }
}

fn when_and_where(detail: &Detail) -> String {
    let (start, end) = (local(&detail.time_zone, detail.planned_start), local(&detail.time_zone, detail.planned_end));
    let place = if detail.location.is_empty() { String::new() } else { format!(", {}", detail.location) };
    format!("{} to {} ({}){place}", start.format("%A %-d %B %Y, %H:%M"), end.format("%H:%M"), detail.time_zone)
}

fn changes(detail: &Detail) -> String {
    let names = detail.changes.iter().map(|change| match change {
        Change::Teacher => "teacher",
        Change::Time => "time",
        Change::Place => "place",
    });
    let names: Vec<_> = names.collect();
    if names.is_empty() { "plan".to_owned() } else { names.join(" and ") }
}

fn reason(detail: &Detail) -> String {
    if detail.reason.is_empty() { String::new() } else { format!(" Reason: {}", detail.reason) }
}
