//! One file a factor: what it makes of what was sent, as a pure verdict, with the reason that is given where it stands alone
//! against the student.

pub mod access_points;
pub mod code;
pub mod device;
pub mod face;
pub mod geofence;
pub mod network;
pub mod offline;
pub mod otp;
pub mod travel;

use super::refusal::Refusal;
use crate::entity::evidence::Evidence;

/// What a factor says.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub evidence: Evidence,
    /// Where it failed: what the student is told.
    pub refusal: Option<Refusal>,
}

impl Judged {
    pub const fn said(evidence: Evidence) -> Self {
        Self { evidence, refusal: None }
    }

    pub const fn refused(evidence: Evidence, refusal: Refusal) -> Self {
        Self { evidence, refusal: Some(refusal) }
    }
}
