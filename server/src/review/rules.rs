//! What is decided about reviews, from values alone.

use rollcall_proto::v1::decide_review_request::Decision as Proto;

use crate::{
    entity::{
        attendance_record::{Review, Status},
        attendance_review::Model,
    },
    problem::{ErrorReason, Problem},
};

/// A decision of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Confirm,
    Reject,
}

impl Decision {
    pub fn from_proto(decision: Proto) -> Result<Self, Problem> {
        match decision {
            Proto::Unspecified => Err(Problem::invalid_field("decision", "is required")),
            Proto::Confirm => Ok(Self::Confirm),
            Proto::Reject => Ok(Self::Reject),
        }
    }

    /// Where the review stands after it.
    pub const fn review(self) -> Review {
        match self {
            Self::Confirm => Review::Confirmed,
            Self::Reject => Review::Rejected,
        }
    }

    /// As it stands in the audit.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Confirm => "review.confirmed",
            Self::Reject => "review.rejected",
        }
    }

    /// What the record says after it. What it says by now for another reason, such as a correction, stays. What was claimed is none where the
    /// record has said it since the check-in.
    pub const fn status(self, review: Review, status: Status, claimed: Option<Status>) -> Status {
        match (self, review, status, claimed) {
            (Self::Reject, _, Status::Present | Status::Late, _) => Status::Absent,
            (Self::Confirm, Review::Appealed, Status::Absent, Some(claimed))
            // It did not count before. Who was there needs no excuse.
            | (Self::Confirm, Review::Open, Status::Absent | Status::Pending | Status::Excused, Some(claimed)) => claimed,
            _ => status,
        }
    }
}

/// Whether the record does not say what was claimed: it was rejected and is appealed, or has not counted yet. One that was confirmed and is
/// looked at again says it, or was corrected.
pub const fn is_claimed(review: Review, claim: &Model) -> bool {
    matches!(review, Review::Appealed) || claim.decided_at.is_none()
}

/// Whether staff may decide.
pub fn check_waits(review: Review) -> Result<(), Problem> {
    let state = match review {
        Review::Open | Review::Appealed => return Ok(()),
        Review::None => return Err(Problem::not_found(super::RESOURCE)),
        Review::Confirmed => "CONFIRMED",
        Review::Rejected => "REJECTED",
    };
    let message = format!("This check-in is {state} already.");
    Err(Problem::new(ErrorReason::AlreadyDecided, message).with("status", state))
}

/// Whether the student may appeal.
pub fn check_appeal(review: Review, has_appealed: bool) -> Result<(), Problem> {
    let message = match (review, has_appealed) {
        (Review::Rejected, false) => return Ok(()),
        (Review::None, _) => return Err(Problem::not_found(super::RESOURCE)),
        (_, true) => "You have appealed once; the decision after that is the last one.",
        (Review::Open | Review::Confirmed | Review::Appealed, false) => "Nobody has rejected this check-in.",
    };
    Err(Problem::new(ErrorReason::NothingToAppeal, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_changes_only_what_it_is_about() {
        use Decision::{Confirm, Reject};
        use Status::{Absent, Excused, Late, Pending, Present};
        // (decision, review, status, claimed, status after)
        let table = [
            (Confirm, Review::Open, Present, None, Present),
            (Confirm, Review::Open, Absent, None, Absent),
            (Confirm, Review::Open, Absent, Some(Late), Late),
            (Confirm, Review::Open, Pending, Some(Present), Present),
            (Confirm, Review::Open, Excused, Some(Present), Present),
            (Confirm, Review::Open, Late, Some(Present), Late),
            (Reject, Review::Open, Absent, Some(Present), Absent),
            (Reject, Review::Open, Present, None, Absent),
            (Reject, Review::Open, Late, None, Absent),
            (Reject, Review::Open, Excused, None, Excused),
            (Reject, Review::Appealed, Absent, Some(Late), Absent),
            (Confirm, Review::Appealed, Absent, Some(Late), Late),
            (Confirm, Review::Appealed, Excused, Some(Late), Excused),
            (Confirm, Review::Appealed, Pending, Some(Late), Pending),
        ];
        for (decision, review, status, claimed, after) in table {
            assert_eq!(decision.status(review, status, claimed), after, "{decision:?} {review:?} {status:?}");
        }
    }

    #[test]
    fn each_waits_once_and_is_appealed_once() {
        use Review::{Appealed, Confirmed, None, Open, Rejected};
        let decided = [None, Open, Confirmed, Rejected, Appealed].map(|review| check_waits(review).is_ok());
        assert_eq!(decided, [false, true, false, false, true]);
        for has_appealed in [false, true] {
            let appealed =
                [None, Open, Confirmed, Rejected, Appealed].map(|review| check_appeal(review, has_appealed).is_ok());
            assert_eq!(appealed, [false, false, false, !has_appealed, false]);
        }
    }
}
