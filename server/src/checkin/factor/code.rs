//! The code that was scanned.

use super::Judged;
use crate::{
    checkin::refusal::Refusal,
    code::{Age, Reading},
    entity::evidence::{Evidence, Factor, Verdict},
};

/// `is_answered` says whether the student's own device has just signed a fresh nonce: with that, one code of a challenge is enough.
pub fn judge(reading: Option<Reading>, is_answered: bool) -> Judged {
    let evidence = |verdict, detail: &'static str| Evidence::new(Factor::Code, verdict, detail);
    match reading {
        None => Judged::said(evidence(Verdict::Missing, "No code was scanned.")),
        Some(Reading::Holds { age, age_seconds, .. }) => {
            let detail = match age {
                Age::Current => "The code was being shown.",
                Age::Previous => "The code had been shown just before.",
            };
            Judged::said(evidence(Verdict::Passed, detail).figure("age_seconds", age_seconds as f64))
        }
        Some(Reading::Unfinished { age_seconds }) if is_answered => Judged::said(
            evidence(Verdict::Passed, "The code was being shown, and your device answered at once.")
                .figure("age_seconds", age_seconds as f64),
        ),
        // It speaks neither for nor against anybody.
        Some(Reading::Unfinished { age_seconds }) => Judged::said(
            evidence(Verdict::Missing, "The camera has to see three codes in a row.")
                .figure("age_seconds", age_seconds as f64),
        ),
        Some(Reading::Expired { age_seconds }) => Judged::refused(
            evidence(Verdict::Failed, "The code was too old.").figure("age_seconds", age_seconds as f64),
            Refusal::CodeExpired { age_seconds },
        ),
        Some(Reading::Invalid) => {
            Judged::refused(evidence(Verdict::Failed, "The code was not of this session."), Refusal::CodeInvalid)
        }
    }
}
