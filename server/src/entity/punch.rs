//! An event at a door, on a terminal or in another system. A row never changes.

use super::of_a_college;

pub use row::{EventType, Source};
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    /// What happened.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum EventType {
        #[sea_orm(string_value = "IN")]
        In,
        #[sea_orm(string_value = "OUT")]
        Out,
        #[sea_orm(string_value = "BREAK_OUT")]
        BreakOut,
        #[sea_orm(string_value = "BREAK_IN")]
        BreakIn,
        #[sea_orm(string_value = "UNKNOWN")]
        Unknown,
    }

    /// Where it comes from.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Source {
        #[sea_orm(string_value = "API")]
        Api,
        #[sea_orm(string_value = "TERMINAL")]
        Terminal,
        #[sea_orm(string_value = "PHONE")]
        Phone,
        #[sea_orm(string_value = "MANUAL")]
        Manual,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "punches")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub employee_id: Uuid,
        pub event_type: EventType,
        pub occurred_at: DateTimeUtc,
        /// As it was given.
        pub event_time: String,
        pub utc_offset_seconds: i32,
        /// The zone that was given with it.
        pub time_zone: Option<String>,
        pub source: Source,
        /// What its sender calls it.
        pub event_id: Option<String>,
        /// By which it is known again: a digest of the sender's name for it, or of whose it is, what and when.
        pub event_key: Uuid,
        pub location_id: Option<Uuid>,
        pub verification: Option<String>,
        /// The punch in whose place it counts.
        pub corrects_id: Option<Uuid>,
        /// Whether it only takes back what it corrects.
        pub is_void: bool,
        pub reason: Option<String>,
        /// None where an API key did it.
        pub recorded_by: Option<Uuid>,
        pub recorded_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
