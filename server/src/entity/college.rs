//! The tenant.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Select};
use uuid::Uuid;

use super::evidence::Factor;

pub use row::{ActiveModel, ExcusedCounts, Language, Model, Networks, Registration, StartPosition};

mod row {
    use ipnet::IpNet;
    use sea_orm::{FromJsonQueryResult, entity::prelude::*};
    use serde::{Deserialize, Serialize};

    /// How people get an account.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Registration {
        #[sea_orm(string_value = "CLOSED")]
        Closed,
        #[sea_orm(string_value = "INVITATION")]
        Invitation,
        #[sea_orm(string_value = "OPEN")]
        Open,
    }

    /// What notifications by mail are written in.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Language {
        #[sea_orm(string_value = "EN")]
        English,
        #[sea_orm(string_value = "DE")]
        German,
    }

    /// Whether whoever starts a session shows that they are there.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum StartPosition {
        /// A position that is sent must be inside the fence.
        #[sea_orm(string_value = "OPTIONAL")]
        Optional,
        #[sea_orm(string_value = "REQUIRED")]
        Required,
        /// None is looked at or kept.
        #[sea_orm(string_value = "OFF")]
        Off,
    }

    /// What an excused absence counts in rates.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum ExcusedCounts {
        #[sea_orm(string_value = "EXCLUDED")]
        Excluded,
        #[sea_orm(string_value = "PRESENT")]
        Present,
        #[sea_orm(string_value = "ABSENT")]
        Absent,
    }

    /// Those that the college calls its own, in order.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
    pub struct Networks(pub Vec<IpNet>);

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "colleges")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Names the college at the login.
        pub short_name: String,
        pub name: String,
        /// IANA.
        pub time_zone: String,
        pub late_grace_seconds: i32,
        pub registration: Registration,
        pub campus_networks: Networks,
        /// Of all that shows where somebody was; 0 keeps it for ever.
        pub retention_days: i32,
        /// How many days after that of its session a record can be changed.
        pub record_lock_days: i32,
        /// How many days after its end feedback on a session is taken.
        pub feedback_days: i32,
        /// How much of a PRESENT a LATE counts in rates.
        pub late_weight_percent: i32,
        pub excused_counts: ExcusedCounts,
        /// How many days after the end of a session a student may ask to be excused.
        pub excuse_request_days: i32,
        /// How many days staff have to decide on an excuse.
        pub excuse_decision_days: i32,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
        /// How long before its planned start a session can be started.
        pub start_early_minutes: i32,
        /// How long after it.
        pub start_late_minutes: i32,
        /// For how many days sessions are planned, today included; 0 plans none.
        pub plan_horizon_days: i32,
        /// How long after its planned end a session that runs is ended by the server.
        pub end_after_minutes: i32,
        pub start_position: StartPosition,
        pub language: Language,
        /// Below which rate a student is told so; 0 tells nobody.
        pub low_attendance_percent: i32,
        /// How long a further key of a device waits.
        pub device_cooldown_hours: i32,
        /// For how long a check-in without a network counts by itself; 0 takes none.
        pub offline_window_hours: i32,
        /// Whether pictures of faces are compared.
        pub face_enabled: bool,
        /// Whether people may have removed what shows where they were, before its time.
        pub location_deletion_allowed: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub fn by_id(id: Uuid) -> Select<row::Entity> {
    row::Entity::find_by_id(id)
}

/// Across colleges: whoever signs in says which one.
pub fn by_short_name(short_name: &str) -> Select<row::Entity> {
    row::Entity::find().filter(row::Column::ShortName.eq(short_name))
}

/// Across colleges: those that keep what shows where somebody was for some days, and not for ever.
pub fn with_retention() -> Select<row::Entity> {
    row::Entity::find().filter(row::Column::RetentionDays.gt(0))
}

/// Across colleges: where a call comes from is known before it is known whose it is.
pub fn every() -> Select<row::Entity> {
    row::Entity::find()
}

impl Model {
    /// What nobody of the college can show: faces that are not compared, and networks that were not declared.
    pub fn factors_off(&self) -> Vec<Factor> {
        let off = [(Factor::Face, !self.face_enabled), (Factor::Network, self.campus_networks.0.is_empty())];
        off.into_iter().filter_map(|(factor, is_off)| is_off.then_some(factor)).collect()
    }
}

/// How long positions are kept where nothing was said.
pub const RETENTION_DAYS: i32 = 365;
/// How long a student counts as present where nothing was said.
pub const LATE_GRACE_SECONDS: i32 = 600;
/// How far ahead sessions are planned where nothing was said.
pub const PLAN_HORIZON_DAYS: i32 = 14;

impl Model {
    /// A college of which nothing more was said: every setting is as the documentation has it.
    pub fn fresh(id: Uuid, short_name: String, name: String, time_zone: String, now: DateTime<Utc>) -> Self {
        Self {
            id,
            short_name,
            name,
            time_zone,
            late_grace_seconds: LATE_GRACE_SECONDS,
            registration: Registration::Invitation,
            campus_networks: Networks::default(),
            retention_days: RETENTION_DAYS,
            created_at: now,
            updated_at: now,
            start_early_minutes: 15,
            start_late_minutes: 30,
            plan_horizon_days: PLAN_HORIZON_DAYS,
            end_after_minutes: 30,
            start_position: StartPosition::Optional,
            language: Language::English,
            low_attendance_percent: 75,
            device_cooldown_hours: 48,
            offline_window_hours: 24,
            face_enabled: false,
            location_deletion_allowed: true,
            record_lock_days: 30,
            feedback_days: 7,
            late_weight_percent: 100,
            excused_counts: ExcusedCounts::Excluded,
            excuse_request_days: 14,
            excuse_decision_days: 14,
        }
    }
}

pub fn insert(rows: impl IntoIterator<Item = ActiveModel>) -> sea_orm::InsertMany<ActiveModel> {
    row::Entity::insert_many(rows)
}
