//! What the student's earlier check-ins say of this one: where they were, and whether they sent this very position before. Read for
//! many students by one statement.

mod read;
mod resent;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub use resent::{is_resent, tells_apart};

use super::factor::travel::Whereabouts;
use crate::{
    geofence::Position,
    problem::Problem,
    store::{Database, batch::Batcher},
};

/// As for check-ins.
const MAX_ITEMS: usize = 128;
const LANES: usize = 2;
/// After half a day anybody can be anywhere.
const TRAVELLING: TimeDelta = TimeDelta::hours(12);
/// For so long a position that is sent again is known: last week's at the same hour is among them.
const REMEMBERED: TimeDelta = TimeDelta::days(8);

/// Whose check-ins are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub college_id: Uuid,
    pub student_id: Uuid,
    /// This one's own, which is none of the earlier ones.
    pub session_id: Uuid,
    /// What was sent, to be known again.
    pub position: Option<Position>,
    pub at: DateTime<Utc>,
}

impl Asked {
    /// How far back to look: a position that others may send by chance is not looked for.
    fn remembered_since(&self) -> DateTime<Utc> {
        self.at - if self.position.as_ref().is_some_and(tells_apart) { REMEMBERED } else { TRAVELLING }
    }
}

/// An earlier check-in with a place, or a mark by hand that says that the student was at the session's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Earlier {
    pub whereabouts: Whereabouts,
    /// What was sent; none where the place is the session's.
    pub position: Option<Position>,
    /// What was rejected says nothing of where the student was, and a great deal of what was sent.
    pub has_attended: bool,
}

/// Reads them.
#[derive(Clone)]
pub struct EarlierPlaces(Arc<Batcher<Asked, Vec<Earlier>>>);

impl EarlierPlaces {
    pub fn new(database: &Database) -> Self {
        let database = database.clone();
        Self(Arc::new(Batcher::new("earlier", LANES, MAX_ITEMS, move |asked| {
            let database = database.clone();
            async move { read::read(&database, &asked).await }
        })))
    }

    /// Those of the last half day, and older ones at the very position.
    pub async fn read(&self, asked: Asked) -> Result<Vec<Earlier>, Problem> {
        self.0.submit(asked.student_id.as_u128(), asked).await
    }
}

/// Where the student was last.
pub fn last(earlier: &[Earlier]) -> Option<Whereabouts> {
    let attended = earlier.iter().filter(|earlier| earlier.has_attended);
    attended.map(|earlier| earlier.whereabouts).max_by_key(|whereabouts| whereabouts.at)
}
