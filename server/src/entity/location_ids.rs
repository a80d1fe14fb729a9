//! Locations, as a session or a slot names them. Not a table of its own.

use std::collections::BTreeSet;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Each once, in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct LocationIds(Vec<Uuid>);

impl LocationIds {
    pub fn iter(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.0.iter().copied()
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn to_texts(&self) -> Vec<String> {
        self.0.iter().map(Uuid::to_string).collect()
    }
}

impl FromIterator<Uuid> for LocationIds {
    fn from_iter<I: IntoIterator<Item = Uuid>>(ids: I) -> Self {
        Self(ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
    }
}
