//! What an employee's punches come to on one local day. Derived: it can be made anew from the punches at any time.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::of_a_college;

of_a_college!();

/// From an IN to the OUT that follows it directly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// As the punches were given.
    #[serde(rename = "i")]
    pub start: String,
    #[serde(rename = "o")]
    pub end: String,
    /// How long it was, whatever counts.
    #[serde(rename = "u")]
    pub micros: i64,
}

/// In their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Segments(pub Vec<Segment>);

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "work_days")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub employee_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub date: Date,
        /// How many INs there were, with an OUT or without.
        pub in_count: i32,
        #[sea_orm(column_type = "JsonBinary")]
        pub segments: super::Segments,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
