//! The device, by what it has signed.

use chrono::TimeDelta;

use super::Judged;
use crate::{
    checkin::refusal::Refusal,
    device::{Looked, Proof},
    entity::evidence::{Evidence, Factor, Flag, Verdict},
};

/// A challenge is answered by a nonce that was asked for so short a time ago: the way from the screen over somebody's camera, a
/// message and another's hand takes longer.
const CHALLENGE: TimeDelta = TimeDelta::seconds(5);

/// Whether the student's own device has signed a nonce that was asked for just now.
pub fn answers_challenge(looked: Option<Looked>) -> bool {
    looked.is_some_and(|looked| looked.proof == Proof::Holds && looked.nonce_age.is_some_and(|age| age <= CHALLENGE))
}

/// None where there is nothing to say.
pub fn judge(looked: Option<Looked>, is_shared: bool) -> Option<Judged> {
    if looked.is_none() && !is_shared {
        return None;
    }
    let looked = looked.unwrap_or(Looked::of(Proof::Unsigned));
    let (verdict, detail, cause) = said(looked.proof);
    let mut evidence = Evidence::new(Factor::Device, verdict, detail);
    for (name, age) in [("nonce_age_seconds", looked.nonce_age), ("signed_age_seconds", looked.signed_age)] {
        if let Some(age) = age {
            evidence = evidence.figure(name, age.num_milliseconds() as f64 / 1000.0);
        }
    }
    if let Proof::Pending { active_from } = looked.proof {
        evidence = evidence.figure("active_from_unix_seconds", active_from.timestamp() as f64);
    }
    if looked.is_foreign {
        evidence = evidence.flag(Flag::ForeignDevice);
    }
    if is_shared {
        evidence = evidence.flag(Flag::SharedDevice);
    }
    Some(match cause {
        Some(cause) => Judged::refused(evidence, Refusal::DeviceNotProven(cause, detail)),
        None => Judged::said(evidence),
    })
}

/// Verdict, words for the student, and, where it speaks against them, why.
const fn said(proof: Proof) -> (Verdict, &'static str, Option<&'static str>) {
    use Verdict::{Failed, Missing, Passed};
    match proof {
        Proof::Holds => (Passed, "Your own device signed it.", None),
        // Not a doubt, which would meet a requirement: whoever has the login could enrol a key at the door.
        Proof::Pending { .. } => {
            (Missing, "The key of this device is not active yet. Wait, or ask the teacher to approve it.", None)
        }
        Proof::Unsigned => (Missing, "Your device has signed nothing.", None),
        Proof::KeyUnknown => (Missing, "This device is not enrolled. Enrol it, or use the one that is.", None),
        Proof::SignatureWrong => (
            Failed,
            "The signature does not fit the check-in. Ask for a nonce and sign again.",
            Some("SIGNATURE_WRONG"),
        ),
        Proof::NonceExpired => {
            (Failed, "The nonce was too old. Ask for another one and sign again.", Some("NONCE_EXPIRED"))
        }
        Proof::NonceInvalid => {
            (Failed, "The nonce was not made for you. Ask for one and sign again.", Some("NONCE_INVALID"))
        }
        Proof::Revoked => (
            Failed,
            "The key of this device is revoked. Enrol it again, or use the device that is enrolled.",
            Some("KEY_REVOKED"),
        ),
        Proof::OthersKey => (Failed, "This device is enrolled by somebody else. Use your own.", Some("OTHERS_KEY")),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn each_proof_has_its_verdict_and_its_cause() {
        let pending = Proof::Pending { active_from: DateTime::UNIX_EPOCH };
        let table = [
            (Proof::Holds, Verdict::Passed, None),
            (pending, Verdict::Missing, None),
            (Proof::Unsigned, Verdict::Missing, None),
            (Proof::KeyUnknown, Verdict::Missing, None),
            (Proof::SignatureWrong, Verdict::Failed, Some("SIGNATURE_WRONG")),
            (Proof::NonceExpired, Verdict::Failed, Some("NONCE_EXPIRED")),
            (Proof::NonceInvalid, Verdict::Failed, Some("NONCE_INVALID")),
            (Proof::Revoked, Verdict::Failed, Some("KEY_REVOKED")),
            (Proof::OthersKey, Verdict::Failed, Some("OTHERS_KEY")),
        ];
        for (proof, verdict, cause) in table {
            for (is_foreign, is_shared) in [(false, false), (true, false), (false, true), (true, true)] {
                let looked = Looked { is_foreign, ..Looked::of(proof) };
                let judged = judge(Some(looked), is_shared).expect("something to say");
                assert_eq!((judged.evidence.factor, judged.evidence.verdict), (Factor::Device, verdict), "{proof:?}");
                let told = judged.refusal.map(|refusal| match refusal {
                    Refusal::DeviceNotProven(cause, words) => {
                        assert_eq!(words, judged.evidence.detail);
                        cause
                    }
                    other => panic!("{other:?}"),
                });
                assert_eq!(told, cause, "{proof:?}");
                let flags = [(is_foreign, Flag::ForeignDevice), (is_shared, Flag::SharedDevice)];
                let flags: Vec<Flag> = flags.into_iter().filter_map(|(is_so, flag)| is_so.then_some(flag)).collect();
                assert_eq!(judged.evidence.flags, flags, "{proof:?}");
            }
        }
        assert_eq!(judge(None, false), None);
        assert_eq!(judge(None, true).map(|judged| judged.evidence.verdict), Some(Verdict::Missing));
    }

    #[test]
    fn a_challenge_is_answered_by_ones_own_device_at_once() {
        let table = [
            (Proof::Holds, Some(0), true),
            (Proof::Holds, Some(5000), true),
            (Proof::Holds, Some(5001), false),
            (Proof::Holds, None, false),
            (Proof::Pending { active_from: DateTime::UNIX_EPOCH }, Some(0), false),
            (Proof::SignatureWrong, Some(0), false),
            (Proof::OthersKey, Some(0), false),
        ];
        for (proof, age, expected) in table {
            let looked = Looked { nonce_age: age.map(TimeDelta::milliseconds), ..Looked::of(proof) };
            assert_eq!(answers_challenge(Some(looked)), expected, "{proof:?} {age:?}");
        }
        assert!(!answers_challenge(None));
    }
}
