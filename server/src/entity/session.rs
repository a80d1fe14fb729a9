//! One lesson, lecture or training.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{location_ids::LocationIds, of_a_college};

pub use row::{Adherence, EndReason, Origin, StartPlace, State};
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    use crate::entity::location_ids::LocationIds;

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

    /// Where a session comes from.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Origin {
        #[sea_orm(string_value = "HAND")]
        Hand,
        #[sea_orm(string_value = "TIMETABLE")]
        Timetable,
        #[sea_orm(string_value = "MAKEUP")]
        Makeup,
    }

    /// How the start kept to the plan.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Adherence {
        #[sea_orm(string_value = "EARLY")]
        Early,
        #[sea_orm(string_value = "ON_TIME")]
        OnTime,
        #[sea_orm(string_value = "LATE")]
        Late,
    }

    /// Where whoever started it was, seen from the fence.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum StartPlace {
        #[sea_orm(string_value = "INSIDE")]
        Inside,
        #[sea_orm(string_value = "UNCERTAIN")]
        Uncertain,
    }

    /// Who or what ended or cancelled a session.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum EndReason {
        #[sea_orm(string_value = "TEACHER")]
        Teacher,
        #[sea_orm(string_value = "ADMINISTRATOR")]
        Administrator,
        /// Nobody started it in time.
        #[sea_orm(string_value = "NOT_STARTED")]
        NotStarted,
        /// Nobody ended it in time.
        #[sea_orm(string_value = "NOT_ENDED")]
        NotEnded,
        /// Its slot does not take place then any more.
        #[sea_orm(string_value = "SLOT_CHANGED")]
        SlotChanged,
        /// Its day became a day off.
        #[sea_orm(string_value = "DAY_OFF")]
        DayOff,
    }

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
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
        pub origin: Origin,
        /// The day of the slot that it stands for. A slot has one session a day.
        pub occurrence_date: Option<Date>,
        /// Changed by hand: the timetable does not change it any more.
        pub is_adjusted: bool,
        pub start_adherence: Option<Adherence>,
        /// The actual start after the planned one; negative where it was before.
        pub start_offset_seconds: Option<i32>,
        /// None where no position was looked at.
        pub start_position: Option<StartPlace>,
        /// From the fence's centre.
        pub start_distance_meters: Option<f64>,
        /// None while it is neither ended nor cancelled.
        pub end_reason: Option<EndReason>,
        /// The session that this one makes up for.
        pub makes_up_session_id: Option<Uuid>,
        /// Whether it is for those who are named as its participants, and not for its division.
        pub has_participants: bool,
        /// Where one may check in as well.
        #[sea_orm(column_type = "JsonBinary")]
        pub also_location_ids: LocationIds,
        /// When all that shows where its people were was taken out, of itself and of its records.
        pub traces_removed_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Across colleges: what is overdue is looked for in all of them.
pub fn of_every_college(state: State) -> Find {
    use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
    row::Entity::find().filter(Column::State.eq(state))
}

/// What a new session is about, and when and where it is.
#[derive(Clone, Debug)]
pub struct Plan {
    pub location_id: Uuid,
    pub division_id: Uuid,
    pub teacher_id: Uuid,
    pub subject: String,
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    /// The zone that it is planned in, IANA.
    pub time_zone: String,
    pub late_grace_seconds: i32,
}

impl Model {
    /// A session that is planned, by hand until its caller says otherwise.
    pub fn planned(college_id: Uuid, plan: Plan, now: DateTime<Utc>) -> Self {
        Self {
            college_id,
            id: Uuid::now_v7(),
            timetable_id: None,
            location_id: plan.location_id,
            division_id: plan.division_id,
            teacher_id: plan.teacher_id,
            subject: plan.subject,
            planned_start: plan.start,
            planned_end: plan.end,
            time_zone: plan.time_zone,
            state: State::Scheduled,
            started_at: None,
            ended_at: None,
            cancel_reason: String::new(),
            late_grace_seconds: plan.late_grace_seconds,
            code_epoch: 0,
            event_seq: 1,
            state_seq: 1,
            created_at: now,
            updated_at: now,
            origin: Origin::Hand,
            occurrence_date: None,
            is_adjusted: false,
            start_adherence: None,
            start_offset_seconds: None,
            start_position: None,
            start_distance_meters: None,
            end_reason: None,
            makes_up_session_id: None,
            has_participants: false,
            also_location_ids: LocationIds::default(),
            traces_removed_at: None,
        }
    }
}

#[cfg(test)]
impl Model {
    /// An active session that was planned and started at a time, with ten minutes of grace. For tables of tests.
    pub fn example(start: DateTime<Utc>) -> Self {
        let plan = Plan {
            location_id: Uuid::from_u128(3),
            division_id: Uuid::from_u128(4),
            teacher_id: Uuid::from_u128(5),
            subject: "Example".to_owned(),
            start,
            end: start + chrono::TimeDelta::hours(1),
            time_zone: "UTC".to_owned(),
            late_grace_seconds: 600,
        };
        Self {
            id: Uuid::from_u128(2),
            state: State::Active,
            started_at: Some(start),
            ..Self::planned(Uuid::from_u128(1), plan, start)
        }
    }
}
