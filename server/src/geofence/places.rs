//! Several places, of which one counts.

use std::cmp::Ordering;

use super::{Fence, Place, Position, Sighting};
use crate::entity::location;

/// The place where somebody most probably is: of those that come to the same verdict, by how probable it is, and by how near.
pub fn most_probable<'l>(
    first: &'l location::Model,
    others: impl Iterator<Item = &'l location::Model>,
    position: &Position,
) -> &'l location::Model {
    let mut found = first;
    let mut best: Option<Sighting> = None;
    for location in others {
        let before = best.unwrap_or_else(|| Fence::from(found).sight(position));
        let next = Fence::from(location).sight(position);
        let is_better = compare(&next, &before) == Ordering::Greater;
        best = Some(if is_better { next } else { before });
        found = if is_better { location } else { found };
    }
    found
}

/// Which of two places somebody is at more probably.
pub fn compare(one: &Sighting, other: &Sighting) -> Ordering {
    let rank = |place| match place {
        Place::Outside => 0,
        Place::Uncertain => 1,
        Place::Inside => 2,
    };
    let by_place = rank(one.place).cmp(&rank(other.place));
    by_place
        .then(one.inside_probability.total_cmp(&other.inside_probability))
        .then(other.edge_distance_meters.total_cmp(&one.edge_distance_meters))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_place_counts_where_somebody_most_probably_is() {
        // At the equator, so many metres east of the first, with a radius.
        let at = |number: u128, meters: f64, radius_meters: f64| location::Model {
            longitude: meters / 111_319.49,
            radius_meters,
            ..location::Model::example(number)
        };
        let places = [at(1, 0.0, 50.0), at(2, 200.0, 50.0), at(3, 0.0, 5.0)];
        let table = [
            (0.0, Some(5.0), 1),
            (0.0, None, 1),
            (200.0, Some(5.0), 2),
            (99.0, Some(20.0), 1),
            (101.0, Some(20.0), 2),
            (100.0, Some(50.0), 1),
            (300.0, Some(5.0), 2),
            (-300.0, Some(5.0), 1),
        ];
        for (meters, accuracy_meters, expected) in table {
            let position = Position { latitude: 0.0, longitude: meters / 111_319.49, accuracy_meters };
            let [first, others @ ..] = &places;
            let found = most_probable(first, others.iter(), &position);
            assert_eq!(found.id, Uuid::from_u128(expected), "{meters} {accuracy_meters:?}");
        }
    }
}
