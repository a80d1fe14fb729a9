//! At which of a session's places somebody is. All that was sent is held against that one: who is at none of them does not get in by the
//! position of one and the Wi-Fi of another.

use std::cmp::Ordering;

use super::{factor::access_points, sent::Sent, surroundings::Surroundings};
use crate::{
    entity::location,
    geofence::{self, Fence, Place, Sighting},
    session::Card,
};

/// What speaks for a place: that nobody is surely outside it, then the position and the scan together, and of equals the position by
/// itself.
struct Voices {
    is_possible: bool,
    together: u8,
    sighting: Option<Sighting>,
}

/// The place that most speaks for. Of equals the first, which is the one that the session is held at.
pub fn choose<'c>(card: &'c Card, sent: &Sent, surroundings: Option<&Surroundings>) -> &'c location::Model {
    let mut found: (&location::Model, Option<Voices>) = (&card.location, None);
    for place in &card.other_locations {
        let before = found.1.unwrap_or_else(|| hear(&card.location, sent, surroundings));
        let next = hear(place, sent, surroundings);
        found =
            if compare(&next, &before) == Ordering::Greater { (place, Some(next)) } else { (found.0, Some(before)) };
    }
    found.0
}

fn hear(place: &location::Model, sent: &Sent, surroundings: Option<&Surroundings>) -> Voices {
    let sighting = sent.position.map(|reported| Fence::from(place).sight(&reported.position));
    let position = sighting.as_ref().map_or(0, |sighting| match sighting.place {
        Place::Outside => 0,
        Place::Uncertain => 1,
        Place::Inside => 2,
    });
    let heard = surroundings.zip(sent.scan.as_ref()).and_then(|(around, scan)| around.at(place.id, scan));
    let is_possible = sighting.as_ref().is_none_or(|sighting| sighting.place != Place::Outside);
    Voices { is_possible, together: position + heard.map_or(0, access_points::rank), sighting }
}

fn compare(one: &Voices, other: &Voices) -> Ordering {
    let by_position = match (&one.sighting, &other.sighting) {
        (Some(one), Some(other)) => geofence::compare(one, other),
        _ => Ordering::Equal,
    };
    one.is_possible.cmp(&other.is_possible).then(one.together.cmp(&other.together)).then(by_position)
}
