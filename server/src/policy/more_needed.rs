//! What is still to be shown, in one wording for everyone who asks for it.

use crate::{
    entity::evidence::Factor,
    problem::{ErrorReason, Problem},
};

/// Says what would do: for each requirement the first of its factors in `factors`, and all of them in `alternatives`.
pub fn more_needed(needed: &[Vec<Factor>]) -> Problem {
    let joined = |factors: &[Factor], between: &str, name: fn(Factor) -> &'static str| {
        factors.iter().copied().map(name).collect::<Vec<_>>().join(between)
    };
    let wanted: Vec<String> = needed.iter().map(|factors| joined(factors, " or ", ask_for)).collect();
    let first: Vec<Factor> = needed.iter().filter_map(|factors| factors.first().copied()).collect();
    let all: Vec<String> = needed.iter().map(|factors| joined(factors, "|", Factor::name)).collect();
    Problem::new(ErrorReason::MoreEvidenceNeeded, format!("More is needed: {}.", wanted.join(", and ")))
        .with("factors", joined(&first, ",", Factor::name))
        .with("alternatives", all.join(","))
}

const fn ask_for(factor: Factor) -> &'static str {
    match factor {
        Factor::Code => "scan the QR code",
        Factor::Otp => "enter the one-time password",
        Factor::Geofence => "switch location on",
        Factor::AccessPoints => "switch Wi-Fi or Bluetooth on",
        Factor::Device => "use your own enrolled device",
        Factor::Face => "take a picture of your face",
        Factor::Network => "use the campus network",
        Factor::Travel | Factor::Unknown => "ask the teacher",
    }
}
