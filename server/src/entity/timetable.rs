//! A weekly slot.

use super::of_a_college;

of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    use crate::entity::location_ids::LocationIds;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "timetables")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub division_id: Uuid,
        pub location_id: Uuid,
        pub teacher_id: Uuid,
        pub subject: String,
        /// 1 is Monday.
        pub day_of_week: i32,
        /// The college's wall clock.
        pub start_time: Time,
        /// The college's wall clock.
        pub end_time: Time,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
        /// The first day, by the college's calendar.
        pub valid_from: Date,
        /// The last one.
        pub valid_to: Option<Date>,
        /// Where one may check in to its sessions as well.
        #[sea_orm(column_type = "JsonBinary")]
        pub also_location_ids: LocationIds,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
