//! What the divisions, locations and teachers of slots are called.

use std::collections::HashMap;

use uuid::Uuid;

use super::store;
use crate::{entity::timetable::Model, problem::Problem, store::Database};

pub struct Names(HashMap<Uuid, String>);

impl Names {
    /// The names of all that some slots name.
    pub async fn of(database: &Database, college_id: Uuid, slots: &[&Model]) -> Result<Self, Problem> {
        Ok(Self(store::list_names(database, college_id, slots).await?))
    }

    /// Empty for somebody or something that none of the slots names.
    pub fn get(&self, id: Uuid) -> &str {
        self.0.get(&id).map_or("", String::as_str)
    }
}
