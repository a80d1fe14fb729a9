//! Kinds of notifications, which are what webhooks are told of. `notification` comes after webhooks, and converts kinds by these
//! too: nothing else does.

use rollcall_proto::v1::notification;

use crate::{entity::notification::Kind, problem::Problem};

/// What the other system knows a kind by.
pub const fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::SessionStarted => "session.started",
        Kind::SessionChanged => "session.changed",
        Kind::SessionCancelled => "session.cancelled",
        Kind::MakeupBooked => "session.makeup_booked",
        Kind::Absence => "attendance.absence",
        Kind::ExcuseDecided => "excuse.decided",
        Kind::ReviewDecided => "review.decided",
        Kind::DeviceEnrolled => "device.enrolled",
        Kind::FaceEnrolled => "face.enrolled",
        Kind::LowAttendance => "attendance.low",
    }
}

pub const fn kind_to_proto(kind: Kind) -> notification::Kind {
    match kind {
        Kind::SessionStarted => notification::Kind::SessionStarted,
        Kind::SessionChanged => notification::Kind::SessionChanged,
        Kind::SessionCancelled => notification::Kind::SessionCancelled,
        Kind::MakeupBooked => notification::Kind::MakeupBooked,
        Kind::Absence => notification::Kind::Absence,
        Kind::ExcuseDecided => notification::Kind::ExcuseDecided,
        Kind::ReviewDecided => notification::Kind::ReviewDecided,
        Kind::DeviceEnrolled => notification::Kind::DeviceEnrolled,
        Kind::FaceEnrolled => notification::Kind::FaceEnrolled,
        Kind::LowAttendance => notification::Kind::LowAttendance,
    }
}

const fn kind_from_proto(kind: notification::Kind) -> Option<Kind> {
    match kind {
        notification::Kind::Unspecified => None,
        notification::Kind::SessionStarted => Some(Kind::SessionStarted),
        notification::Kind::SessionChanged => Some(Kind::SessionChanged),
        notification::Kind::SessionCancelled => Some(Kind::SessionCancelled),
        notification::Kind::MakeupBooked => Some(Kind::MakeupBooked),
        notification::Kind::Absence => Some(Kind::Absence),
        notification::Kind::ExcuseDecided => Some(Kind::ExcuseDecided),
        notification::Kind::ReviewDecided => Some(Kind::ReviewDecided),
        notification::Kind::DeviceEnrolled => Some(Kind::DeviceEnrolled),
        notification::Kind::FaceEnrolled => Some(Kind::FaceEnrolled),
        notification::Kind::LowAttendance => Some(Kind::LowAttendance),
    }
}

/// Kinds that somebody names, each once and in the order in which they came.
pub fn kinds_from_proto(field: &str, numbers: &[i32]) -> Result<Vec<Kind>, Problem> {
    let mut kinds = Vec::new();
    for number in numbers {
        let kind = notification::Kind::try_from(*number).ok().and_then(kind_from_proto);
        let kind = kind.ok_or_else(|| Problem::invalid_field(field, "must name kinds such as ABSENCE"))?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}
