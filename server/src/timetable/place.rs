//! Whether a slot may have its place: whom it names is there, and nobody and nothing of it is taken then. The college must
//! be locked, which makes the look hold: whoever writes a slot of the college, or takes a teacher's place from
//! somebody, waits for it.

use super::{
    conflict::{Part, conflicts, taken},
    store,
};
use crate::{entity::timetable::Model, geofence, problem::Problem, store::Tx};

/// Checks a slot as it is to be. Whoever has the one that it was already keeps it, so that a slot of a teacher who has left
/// can still be ended; and one that stays where it was is not in anybody's way more than before.
pub async fn check(tx: &Tx, before: Option<&Model>, slot: &Model) -> Result<(), Problem> {
    for part in Part::ALL {
        let is_new = before.is_none_or(|before| part.of(before) != part.of(slot));
        if is_new && !store::is_there(tx, slot.college_id, part, part.of(slot)).await? {
            return Err(Problem::not_found(part.name()));
        }
    }
    if before.is_none_or(|before| before.also_location_ids != slot.also_location_ids) {
        geofence::find_others(tx, slot.college_id, &slot.also_location_ids).await?;
    }
    if before.is_some_and(|before| is_same_place(before, slot)) {
        return Ok(());
    }
    let held = store::list_rivals(tx, slot).await?;
    match conflicts(&held, std::slice::from_ref(slot)).pop() {
        Some(conflict) => Err(taken(slot, conflict.other)),
        None => Ok(()),
    }
}

fn is_same_place(before: &Model, slot: &Model) -> bool {
    let also_location_ids = before.also_location_ids.clone();
    let subject = before.subject.clone();
    *before == Model { subject, also_location_ids, updated_at: before.updated_at, ..slot.clone() }
}
