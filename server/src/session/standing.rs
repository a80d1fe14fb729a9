//! Where whoever starts a session stands, and whether that will do. From values alone.

use crate::{
    entity::{college::StartPosition, session::StartPlace},
    geofence::{Fence, Outside, Place, Position, Sighting},
    problem::Problem,
};

/// A position that was looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    pub place: StartPlace,
    /// From the fence's centre.
    pub distance_meters: f64,
}

/// None where no position is to be kept. As in a check-in, who may be at the place is there, and the doubt is kept.
pub fn judge(rule: StartPosition, fence: &Fence<'_>, position: Option<Position>) -> Result<Option<Standing>, Problem> {
    let position = match (rule, position) {
        (StartPosition::Off, _) | (StartPosition::Optional, None) => return Ok(None),
        (StartPosition::Required, None) => {
            return Err(Problem::invalid_field("position", "is required by the college: switch location on"));
        }
        (StartPosition::Optional | StartPosition::Required, Some(position)) => position,
    };
    let Sighting { place, distance_meters, edge_distance_meters, .. } = fence.sight(&position);
    let place = match place {
        Place::Inside => StartPlace::Inside,
        Place::Uncertain => StartPlace::Uncertain,
        Place::Outside => {
            let (radius_meters, accuracy_meters) = (fence.circle().radius_meters, position.accuracy_meters);
            return Err(Outside { distance_meters, edge_distance_meters, radius_meters, accuracy_meters }.into());
        }
    };
    Ok(Some(Standing { place, distance_meters }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{geofence::Circle, problem::ErrorReason};

    #[test]
    fn a_position_is_looked_at_where_the_college_wants_it() {
        use StartPosition::{Off, Optional, Required};
        let fence = Fence::Circle(Circle { latitude: 0.0, longitude: 0.0, radius_meters: 50.0 });
        // A degree of latitude at the equator has 110,574 m.
        let north = |meters: f64, accuracy_meters| {
            Some(Position { latitude: meters / 110_574.0, longitude: 0.0, accuracy_meters })
        };
        let (inside, uncertain, outside) = (north(10.0, None), north(45.0, Some(20.0)), north(100.0, Some(20.0)));
        let table = [
            (Optional, None, Ok(None)),
            (Optional, inside, Ok(Some(StartPlace::Inside))),
            (Optional, uncertain, Ok(Some(StartPlace::Uncertain))),
            (Optional, outside, Err(ErrorReason::OutsideGeofence)),
            (Required, None, Err(ErrorReason::InvalidField)),
            (Required, inside, Ok(Some(StartPlace::Inside))),
            (Required, uncertain, Ok(Some(StartPlace::Uncertain))),
            (Required, outside, Err(ErrorReason::OutsideGeofence)),
            (Off, None, Ok(None)),
            (Off, inside, Ok(None)),
            (Off, outside, Ok(None)),
        ];
        for (rule, position, expected) in table {
            let found = judge(rule, &fence, position).map(|standing| standing.map(|standing| standing.place));
            assert_eq!(found.map_err(|problem| problem.reason), expected, "{rule:?} {position:?}");
        }
    }
}
