//! What was learnt of a check-in on the way to its decision. What is counted when it is looked at is looked at once.

use std::sync::Arc;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{earlier::Earlier, factor::access_points, place, sent::Sent, surroundings::Surroundings};
use crate::{
    code::OtpReading,
    entity::{evidence::Evidence, location},
    face,
    policy::Applied,
    session::Card,
};

/// What was learnt of an attempt before it was refused.
#[derive(Default)]
pub struct Learnt {
    pub session_id: Option<Uuid>,
    pub policy: Option<Arc<Applied>>,
    /// What the one-time password is: it is looked at once, because a wrong one counts.
    pub(super) otp: Option<OtpReading>,
    /// The picture of the face, until it is looked at.
    pub(super) picture: Option<Zeroizing<Vec<u8>>>,
    /// What it is: it is looked at once, because that takes long and is counted.
    pub(super) face: Option<face::Reading>,
    /// What its scan is held against.
    pub(super) surroundings: Option<Surroundings>,
    /// At which of the session's places it came to be judged.
    pub(super) location_id: Option<Uuid>,
    /// The key that has signed.
    pub(super) device_key_id: Option<Uuid>,
    /// Where the student was before.
    pub(super) earlier: Option<Vec<Earlier>>,
    pub evidence: Vec<Evidence>,
}

impl Learnt {
    /// The place that everything is held against, and that is written down.
    pub(super) fn place<'c>(&mut self, card: &'c Card, sent: &Sent) -> &'c location::Model {
        let place = place::choose(card, sent, self.surroundings.as_ref());
        self.location_id = Some(place.id);
        place
    }

    pub(super) fn heard<'s>(&'s self, sent: &'s Sent) -> Option<access_points::Heard<'s>> {
        self.surroundings.as_ref()?.at(self.location_id?, sent.scan.as_ref()?)
    }
}
