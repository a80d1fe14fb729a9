//! The refusal of a position that lies outside a fence, in whatever it was shown for.

use crate::problem::{ErrorReason, Problem};

/// How far outside it lies, in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outside {
    /// From the fence's centre.
    pub distance_meters: f64,
    pub edge_distance_meters: f64,
    pub radius_meters: f64,
    pub accuracy_meters: Option<f64>,
}

impl From<Outside> for Problem {
    fn from(outside: Outside) -> Self {
        let Outside { distance_meters, edge_distance_meters, radius_meters, accuracy_meters } = outside;
        let words = format!("You are {:.0} m outside the place. Go there and try again.", edge_distance_meters.ceil());
        let refused = Self::new(ErrorReason::OutsideGeofence, words)
            .with("distance_meters", format!("{distance_meters:.1}"))
            .with("edge_distance_meters", format!("{edge_distance_meters:.1}"))
            .with("radius_meters", format!("{radius_meters:.1}"));
        match accuracy_meters {
            Some(accuracy) => refused.with("accuracy_meters", format!("{accuracy:.1}")),
            None => refused,
        }
    }
}
