//! The picture of the student's face, against her own enrolment. How near the two are is for staff: told to the caller, it would
//! lead a stranger there step by step.

use super::Judged;
use crate::{
    checkin::refusal::Refusal,
    entity::evidence::{Evidence, Factor, Flag, Verdict},
    face::{self, Likeness, Reading},
};

pub fn judge(reading: Reading) -> Judged {
    let missing = |detail: &'static str| Evidence::new(Factor::Face, Verdict::Missing, detail);
    match reading {
        Reading::Disabled => Judged::said(missing("Your college does not compare faces.")),
        Reading::NotEnrolled => Judged::said(missing("You have not enrolled your face.")),
        Reading::Outdated => Judged::said(missing("Your face has to be enrolled anew.")),
        Reading::NoModels => Judged::said(missing("The server cannot compare faces now.")),
        Reading::Busy => {
            Judged::refused(missing("Too many pictures were waiting, and yours was not looked at."), Refusal::FaceBusy)
        }
        Reading::Limited(wait) => Judged::refused(
            missing("Too many pictures of you were sent, and this one was not looked at."),
            Refusal::FaceLimited(wait),
        ),
        // A doubt can meet a requirement; a picture that shows nobody must not.
        Reading::Unclear(fault) => Judged::refused(missing(fault.advice()), Refusal::FaceUnclear(fault)),
        Reading::Compared { similarity, is_resent } => {
            let (verdict, detail, refusal) = match face::likeness(similarity) {
                Likeness::Same => (Verdict::Passed, "It was your face.", None),
                Likeness::Perhaps => (Verdict::Uncertain, "It could not be told whether it was your face.", None),
                Likeness::Other => {
                    (Verdict::Failed, "It was not the face that you enrolled.", Some(Refusal::FaceMismatch))
                }
            };
            let mut evidence = Evidence::new(Factor::Face, verdict, detail).figure("similarity", f64::from(similarity));
            if is_resent {
                evidence = evidence.flag(Flag::ReplayedPicture);
            }
            Judged { evidence, refusal }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::face::Fault;

    const WAIT: Duration = Duration::from_secs(3);

    #[test]
    fn each_picture_has_one_verdict_and_the_figure_is_for_staff() {
        let compared = |similarity, is_resent| Reading::Compared { similarity, is_resent };
        let table = [
            (Reading::Disabled, Verdict::Missing, None, &[][..]),
            (Reading::NotEnrolled, Verdict::Missing, None, &[]),
            (Reading::Outdated, Verdict::Missing, None, &[]),
            (Reading::NoModels, Verdict::Missing, None, &[]),
            (Reading::Busy, Verdict::Missing, Some(Refusal::FaceBusy), &[]),
            (Reading::Limited(WAIT), Verdict::Missing, Some(Refusal::FaceLimited(WAIT)), &[]),
            (
                Reading::Unclear(Fault::SeveralFaces),
                Verdict::Missing,
                Some(Refusal::FaceUnclear(Fault::SeveralFaces)),
                &[],
            ),
            (compared(0.7, false), Verdict::Passed, None, &[]),
            (compared(0.99, true), Verdict::Passed, None, &[Flag::ReplayedPicture]),
            (compared(0.42, false), Verdict::Uncertain, None, &[]),
            (compared(0.1, false), Verdict::Failed, Some(Refusal::FaceMismatch), &[]),
        ];
        for (reading, verdict, refusal, flags) in table {
            let judged = judge(reading);
            assert_eq!((judged.evidence.verdict, &judged.refusal), (verdict, &refusal), "{reading:?}");
            assert_eq!(judged.evidence.flags, flags, "{reading:?}");
            let is_compared = matches!(reading, Reading::Compared { .. });
            assert_eq!(judged.evidence.figures.contains_key("similarity"), is_compared, "{reading:?}");
            assert!(
                !judged.evidence.detail.chars().any(|letter| letter.is_ascii_digit()),
                "{}",
                judged.evidence.detail
            );
        }
    }
}
