//! The one-time password that was entered.

use super::Judged;
use crate::{
    checkin::refusal::Refusal,
    code::OtpReading,
    entity::evidence::{Evidence, Factor, Verdict},
};

pub fn judge(reading: OtpReading) -> Judged {
    let evidence = |verdict, detail: &'static str| Evidence::new(Factor::Otp, verdict, detail);
    match reading {
        OtpReading::Holds { is_personal, age_seconds, .. } => {
            let detail = match is_personal {
                false => "The one-time password was being shown.",
                true => "The one-time password was sent to you.",
            };
            Judged::said(evidence(Verdict::Passed, detail).figure("age_seconds", age_seconds as f64))
        }
        OtpReading::Expired { age_seconds } => Judged::refused(
            evidence(Verdict::Failed, "The one-time password was too old.").figure("age_seconds", age_seconds as f64),
            Refusal::OtpExpired { age_seconds },
        ),
        OtpReading::Invalid => Judged::refused(
            evidence(Verdict::Failed, "The one-time password was not that of the session."),
            Refusal::OtpInvalid,
        ),
        OtpReading::Exhausted { retry_after_seconds } => Judged::refused(
            evidence(Verdict::Failed, "The one-time password was not looked at, after too many wrong ones."),
            Refusal::AttemptsExhausted { retry_after_seconds },
        ),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::problem::ErrorReason;

    #[test]
    fn each_reading_has_its_verdict_and_its_refusal() {
        let holds = |is_personal| OtpReading::Holds {
            id: Uuid::nil(),
            is_personal,
            age_seconds: 3,
            expires_at: DateTime::UNIX_EPOCH,
        };
        let table = [
            (holds(false), Verdict::Passed, Some(3.0), None),
            (holds(true), Verdict::Passed, Some(3.0), None),
            (OtpReading::Expired { age_seconds: 61 }, Verdict::Failed, Some(61.0), Some(ErrorReason::OtpExpired)),
            (OtpReading::Invalid, Verdict::Failed, None, Some(ErrorReason::OtpInvalid)),
            (
                OtpReading::Exhausted { retry_after_seconds: 9 },
                Verdict::Failed,
                None,
                Some(ErrorReason::AttemptsExhausted),
            ),
        ];
        for (reading, verdict, age, reason) in table {
            let Judged { evidence, refusal } = judge(reading);
            assert_eq!((evidence.factor, evidence.verdict), (Factor::Otp, verdict), "{reading:?}");
            assert_eq!(evidence.figures.get("age_seconds").copied(), age, "{reading:?}");
            assert_eq!(refusal.as_ref().map(Refusal::reason), reason, "{reading:?}");
        }
    }
}
