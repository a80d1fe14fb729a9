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

#[cfg(test)]
impl Model {
    /// An active session that was planned and started at a time, with ten minutes of grace. For tables of tests.
    pub fn example(start: chrono::DateTime<chrono::Utc>) -> Self {
        use uuid::Uuid;
        Self {
            college_id: Uuid::from_u128(1),
            id: Uuid::from_u128(2),
            timetable_id: None,
            location_id: Uuid::from_u128(3),
            division_id: Uuid::from_u128(4),
            teacher_id: Uuid::from_u128(5),
            subject: "Example".to_owned(),
            planned_start: start,
            planned_end: start + chrono::TimeDelta::hours(1),
            time_zone: "UTC".to_owned(),
            state: State::Active,
            started_at: Some(start),
            ended_at: None,
            cancel_reason: String::new(),
            late_grace_seconds: 600,
            code_epoch: 0,
            event_seq: 1,
            state_seq: 1,
            created_at: start,
            updated_at: start,
        }
    }
}
