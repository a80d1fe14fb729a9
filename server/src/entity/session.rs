//! One lesson, lecture or training.

use super::of_a_college;

pub use row::State;
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    /// Where a session stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum State {
        #[sea_orm(string_value = "SCHEDULED")]
        Scheduled,
        #[sea_orm(string_value = "ACTIVE")]
        Active,
        #[sea_orm(string_value = "COMPLETED")]
        Completed,
        #[sea_orm(string_value = "CANCELLED")]
        Cancelled,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub timetable_id: Option<Uuid>,
        pub location_id: Uuid,
        pub division_id: Uuid,
        pub teacher_id: Uuid,
        pub subject: String,
        pub planned_start: DateTimeUtc,
        pub planned_end: DateTimeUtc,
        /// The zone that the plan was made in, IANA.
        pub time_zone: String,
        pub state: State,
        pub started_at: Option<DateTimeUtc>,
        pub ended_at: Option<DateTimeUtc>,
        pub cancel_reason: String,
        pub late_grace_seconds: i32,
        /// Raising it kills every code that was shown before.
        pub code_epoch: i32,
        /// Counts the changes of the session and its records.
        pub event_seq: i64,
        /// `event_seq` at the last change of state.
        pub state_seq: i64,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
