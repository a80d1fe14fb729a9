//! The face of the teacher who starts a session, where the policy wants to see it. An administrator starts any session without: there is
//! always another way.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{access::find_for_staff, service::Service};
use crate::{
    entity::{evidence::Factor, session::State},
    face::{self, Likeness, Reading},
    policy,
    principal::{Principal, Reach},
    problem::{ErrorReason, Problem},
};

impl Service {
    pub(super) async fn look_at_starter(
        &self,
        principal: &Principal,
        id: Uuid,
        picture: Zeroizing<Vec<u8>>,
    ) -> Result<(), Problem> {
        let session = find_for_staff(&self.store, principal, id).await?;
        let policy = policy::refresh_applied(&self.store, &session).await?;
        let is_teacher = matches!(principal.reach(), Reach::Teacher(_));
        if !policy.rules.start_needs_face || !is_teacher || session.state != State::Scheduled {
            return Ok(());
        }
        if picture.is_empty() {
            return Err(policy::more_needed(&[vec![Factor::Face]]));
        }
        judge(self.faces.compare(principal, id, picture).await?)
    }
}

/// Whether it is the teacher's own face, as it was enrolled. A doubt does not do: there is no one who would look at it later.
fn judge(reading: Reading) -> Result<(), Problem> {
    let otherwise = |words: &str| {
        let message = format!("{words} Until then an administrator can start the session.");
        Problem { message, ..policy::more_needed(&[vec![Factor::Face]]) }
    };
    let mismatch = |words| Err(Problem::new(ErrorReason::FaceMismatch, words));
    match reading {
        Reading::Disabled => Err(otherwise("Your college does not compare faces any more, and the policy wants it.")),
        Reading::NotEnrolled => Err(otherwise("Enrol your face first.")),
        Reading::Outdated => Err(otherwise("Enrol your face anew.")),
        Reading::NoModels => Err(otherwise("The server cannot compare faces now.")),
        Reading::Busy => Err(face::busy()),
        Reading::Limited(wait) => Err(face::limited(wait)),
        Reading::Unclear(fault) => Err(face::unclear(fault)),
        Reading::Compared { is_resent: true, .. } => mismatch("This picture was sent before. Take a new one."),
        Reading::Compared { similarity, is_resent: false } => match face::likeness(similarity) {
            Likeness::Same => Ok(()),
            Likeness::Perhaps => mismatch("It could not be told whether it is your face. Take another picture."),
            Likeness::Other => mismatch("The picture does not show the face that you enrolled. Take another one."),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::face::Fault;

    #[test]
    fn only_a_new_picture_of_the_same_face_starts() {
        let compared = |similarity, is_resent| Reading::Compared { similarity, is_resent };
        let table = [
            (compared(0.7, false), None),
            (compared(0.7, true), Some(ErrorReason::FaceMismatch)),
            (compared(0.42, false), Some(ErrorReason::FaceMismatch)),
            (compared(0.1, false), Some(ErrorReason::FaceMismatch)),
            (Reading::Unclear(Fault::SeveralFaces), Some(ErrorReason::FaceQuality)),
            (Reading::Busy, Some(ErrorReason::Overloaded)),
            (Reading::Limited(Duration::from_secs(3)), Some(ErrorReason::RateLimited)),
            (Reading::Disabled, Some(ErrorReason::MoreEvidenceNeeded)),
            (Reading::NotEnrolled, Some(ErrorReason::MoreEvidenceNeeded)),
            (Reading::Outdated, Some(ErrorReason::MoreEvidenceNeeded)),
            (Reading::NoModels, Some(ErrorReason::MoreEvidenceNeeded)),
        ];
        for (reading, reason) in table {
            let problem = judge(reading).err();
            assert_eq!(problem.as_ref().map(|problem| problem.reason), reason, "{reading:?}");
        }
    }
}
