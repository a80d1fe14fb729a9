//! What somebody who was there heard in a room.

use chrono::{DateTime, Utc};

use super::of_a_college;

of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    use crate::entity::signals::Signals;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "access_point_fingerprints")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub location_id: Uuid,
        #[sea_orm(column_type = "JsonBinary")]
        pub signals: Signals,
        pub learned_at: DateTimeUtc,
        pub from_record_id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Across colleges: what is too old to say what a room is like.
pub fn delete_before(time: DateTime<Utc>) -> sea_orm::DeleteMany<row::Entity> {
    use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
    row::Entity::delete_many().filter(Column::LearnedAt.lt(time))
}
