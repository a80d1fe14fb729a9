//! Whose work days do not say yet what their punches say, and of which times.

use sea_orm::{EntityTrait as _, QueryOrder as _, QuerySelect as _};

use super::of_a_college;

of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "unsettled_work")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub employee_id: Uuid,
        /// Microseconds since 1970.
        pub from_micros: i64,
        pub until_micros: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Across colleges: those that have somebody.
pub fn colleges() -> sea_orm::Selector<sea_orm::SelectGetableTuple<uuid::Uuid>> {
    row::Entity::find().select_only().distinct().column(Column::CollegeId).order_by_asc(Column::CollegeId).into_tuple()
}
