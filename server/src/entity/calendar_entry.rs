//! Days that are off, or times of some days at which nothing is held.

use super::of_a_college;

pub use row::Kind;
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    /// What kind of entry it is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Kind {
        #[sea_orm(string_value = "HOLIDAY")]
        Holiday,
        #[sea_orm(string_value = "BREAK")]
        Break,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendar_entries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: Kind,
        pub name: String,
        /// Both days are the college's and included.
        pub from_date: Date,
        pub to_date: Date,
        /// A bit for each weekday, 1 for Monday to 64 for Sunday.
        pub days_of_week: i32,
        /// The college's wall clock; none for whole days.
        pub start_time: Option<Time>,
        pub end_time: Option<Time>,
        /// The event that it was imported from.
        pub source_uid: Option<String>,
        /// Which of the event's recurrences; empty where it has none.
        pub source_recurrence_id: Option<String>,
        /// Of what the file said.
        pub source_digest: Option<Vec<u8>>,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
