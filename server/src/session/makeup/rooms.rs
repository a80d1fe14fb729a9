//! Which rooms a makeup session may be held in, and which rather than another.

use uuid::Uuid;

/// A location, as far as it is a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    pub id: Uuid,
    pub name: String,
    /// Of people; unknown where nobody said.
    pub capacity: Option<i32>,
}

impl Room {
    /// A room of which nobody knows how many it holds is not refused for it.
    pub fn holds(&self, people: usize) -> bool {
        self.capacity.is_none_or(|capacity| usize::try_from(capacity).unwrap_or(0) >= people)
    }
}

/// The rooms that hold so many, the preferred ones first: the session's own, then those that are known to be large enough, the
/// smallest first, then those of unknown size.
pub fn in_order(mut rooms: Vec<Room>, people: usize, own: Uuid) -> Vec<Room> {
    rooms.retain(|room| room.holds(people));
    rooms.sort_by(|one, other| {
        let key = |room: &Room| (room.id != own, room.capacity.unwrap_or(i32::MAX));
        key(one).cmp(&key(other)).then_with(|| one.name.cmp(&other.name)).then(one.id.cmp(&other.id))
    });
    rooms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_room_comes_first_and_then_the_smallest_that_is_large_enough() {
        let room = |id, name: &str, capacity| Room { id: Uuid::from_u128(id), name: name.to_owned(), capacity };
        let rooms = vec![
            room(1, "hall", Some(400)),
            room(2, "cupboard", Some(4)),
            room(3, "lab", Some(30)),
            room(4, "yard", None),
            room(5, "attic", None),
            room(6, "library", Some(30)),
        ];
        let names = |people, own| -> Vec<_> {
            in_order(rooms.clone(), people, Uuid::from_u128(own)).into_iter().map(|room| room.name).collect()
        };
        assert_eq!(names(30, 1), ["hall", "lab", "library", "attic", "yard"]);
        assert_eq!(names(31, 3), ["hall", "attic", "yard"], "its own room is too small");
        assert_eq!(names(401, 4), ["yard", "attic"]);
        assert_eq!(names(0, 9).len(), 6);
    }
}
