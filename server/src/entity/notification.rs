//! What one person was told.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::of_a_college;

pub use row::Kind;
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;
    use serde::{Deserialize, Serialize};

    /// What it is about.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Kind {
        #[sea_orm(string_value = "SESSION_STARTED")]
        SessionStarted,
        #[sea_orm(string_value = "SESSION_CHANGED")]
        SessionChanged,
        #[sea_orm(string_value = "SESSION_CANCELLED")]
        SessionCancelled,
        #[sea_orm(string_value = "MAKEUP_BOOKED")]
        MakeupBooked,
        #[sea_orm(string_value = "ABSENCE")]
        Absence,
        #[sea_orm(string_value = "EXCUSE_DECIDED")]
        ExcuseDecided,
        #[sea_orm(string_value = "REVIEW_DECIDED")]
        ReviewDecided,
        #[sea_orm(string_value = "DEVICE_ENROLLED")]
        DeviceEnrolled,
        #[sea_orm(string_value = "FACE_ENROLLED")]
        FaceEnrolled,
        #[sea_orm(string_value = "LOW_ATTENDANCE")]
        LowAttendance,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notifications")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        /// Of the person's notifications; the order of their commits.
        pub seq: i64,
        pub event_id: Uuid,
        pub kind: Kind,
        pub session_id: Option<Uuid>,
        /// What its text is made of.
        pub detail: Json,
        pub created_at: DateTimeUtc,
        pub read_at: Option<DateTimeUtc>,
        /// When it is to go by mail; none where it is not.
        pub mail_due_at: Option<DateTimeUtc>,
        /// The job that has taken it into a letter.
        pub mail_job_id: Option<Uuid>,
        pub mailed_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Across colleges: the removal of what was told before a time.
pub fn delete_before(time: DateTime<Utc>) -> sea_orm::DeleteMany<row::Entity> {
    row::Entity::delete_many().filter(Column::CreatedAt.lt(time))
}
