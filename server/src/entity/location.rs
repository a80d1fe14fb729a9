//! A place with a fence around it.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::of_a_college;

of_a_college!();

/// A geometry of GeoJSON: the outer ring and those of its holes, each with its first position again at the end, in degrees:
/// longitude, latitude.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(tag = "type")]
pub struct Polygon {
    pub coordinates: Vec<Vec<[f64; 2]>>,
}

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "locations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub name: String,
        /// Degrees, WGS 84.
        pub latitude: f64,
        /// Degrees, WGS 84.
        pub longitude: f64,
        /// With a polygon, of a circle that holds it.
        pub radius_meters: f64,
        /// The fence, where it is not the circle.
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub polygon: Option<super::Polygon>,
        pub building: String,
        pub classroom_number: String,
        /// How many people it holds, where somebody said so.
        pub capacity: Option<i32>,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Model {
    /// How many positions its polygon has.
    pub fn vertices(&self) -> usize {
        self.polygon.as_ref().map_or(0, |polygon| polygon.coordinates.iter().map(Vec::len).sum())
    }
}

#[cfg(test)]
impl Model {
    /// A circle of 50 m at 0° N 0° E. For tables of tests.
    pub fn example(number: u128) -> Self {
        Self {
            college_id: uuid::Uuid::from_u128(1),
            id: uuid::Uuid::from_u128(number),
            name: number.to_string(),
            latitude: 0.0,
            longitude: 0.0,
            radius_meters: 50.0,
            polygon: None,
            building: String::new(),
            classroom_number: String::new(),
            capacity: None,
            created_at: chrono::DateTime::UNIX_EPOCH,
            updated_at: chrono::DateTime::UNIX_EPOCH,
        }
    }
}
