//! The position, against the fence of the place.

use std::borrow::Cow;

use super::Judged;
use crate::{
    checkin::refusal::Refusal,
    entity::evidence::{Evidence, Factor, Flag, Verdict},
    geofence::{Fence, Outside, Place, Position, Sighting},
};

/// Beyond this, in metres, a device does not know which town it is in.
const ABSURD_ACCURACY_METERS: f64 = 10_000.0;

/// A position, and whether the device says that it was made up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reported {
    pub position: Position,
    pub is_mocked: bool,
}

/// `place_name` is what the fence's place is called, where there are several; `is_resent` whether the student sent the very position
/// before.
pub fn judge(fence: &Fence, place_name: Option<&str>, reported: Option<Reported>, is_resent: bool) -> Judged {
    let Some(Reported { position, is_mocked }) = reported else {
        return Judged::said(Evidence::new(Factor::Geofence, Verdict::Missing, "No position was sent."));
    };
    let Sighting { place, distance_meters, edge_distance_meters, inside_probability } = fence.sight(&position);
    let radius_meters = fence.circle().radius_meters;
    let (verdict, detail): (_, Cow<'static, str>) = match place {
        Place::Inside => (Verdict::Passed, "You were at the place.".into()),
        Place::Uncertain => {
            (Verdict::Uncertain, "Your position was too inexact to tell whether you were at the place.".into())
        }
        Place::Outside => {
            (Verdict::Failed, format!("You were {:.0} m outside the place.", edge_distance_meters.ceil()).into())
        }
    };
    let detail = match place_name {
        Some(name) => format!("{} Of its places this was the nearest: {name}.", detail).into(),
        None => detail,
    };
    let mut evidence = Evidence::new(Factor::Geofence, verdict, detail)
        .figure("distance_meters", distance_meters)
        .figure("radius_meters", radius_meters)
        .figure("edge_distance_meters", edge_distance_meters)
        .figure("inside_probability", inside_probability);
    if let Some(accuracy) = position.accuracy_meters {
        evidence = evidence.figure("accuracy_meters", accuracy);
    }
    if is_mocked {
        evidence = evidence.flag(Flag::MockedPosition);
    }
    // A device that measures knows that it may be wrong.
    if position.accuracy_meters.is_some_and(|accuracy| accuracy == 0.0 || accuracy > ABSURD_ACCURACY_METERS) {
        evidence = evidence.flag(Flag::AbsurdAccuracy);
    }
    if is_resent {
        evidence = evidence.flag(Flag::ReplayedPosition);
    }
    match place {
        Place::Inside | Place::Uncertain => Judged::said(evidence),
        Place::Outside => {
            let accuracy_meters = position.accuracy_meters;
            let outside = Outside { distance_meters, edge_distance_meters, radius_meters, accuracy_meters };
            Judged::refused(evidence, Refusal::OutsideGeofence(outside))
        }
    }
}
