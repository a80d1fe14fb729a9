//! What a student asks to be excused for, and what staff decided.

use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _, Select};
use uuid::Uuid;

use super::{attendance_record, of_a_college, session};

pub use row::{DocumentType, Status};
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    /// Where it stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Status {
        #[sea_orm(string_value = "OPEN")]
        Open,
        #[sea_orm(string_value = "APPROVED")]
        Approved,
        #[sea_orm(string_value = "REFUSED")]
        Refused,
        /// Nobody decided in time.
        #[sea_orm(string_value = "EXPIRED")]
        Expired,
    }

    /// What a document is, by its content.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum DocumentType {
        #[sea_orm(string_value = "JPEG")]
        Jpeg,
        #[sea_orm(string_value = "PNG")]
        Png,
        #[sea_orm(string_value = "PDF")]
        Pdf,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "excuses")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub session_id: Uuid,
        pub student_id: Uuid,
        pub status: Status,
        pub reason: String,
        /// What the document is called where documents are kept. The other three are there with it.
        pub document_key: Option<Uuid>,
        pub document_type: Option<DocumentType>,
        pub document_bytes: Option<i32>,
        pub document_sha256: Option<Vec<u8>>,
        pub requested_at: DateTimeUtc,
        /// Before then staff have to decide.
        pub decide_by: DateTimeUtc,
        pub decided_at: Option<DateTimeUtc>,
        pub decided_by: Option<Uuid>,
        pub decision_reason: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Status {
    /// What an absence becomes with an excuse that stands so.
    pub const fn of_absence(self) -> attendance_record::Status {
        match self {
            Self::Approved => attendance_record::Status::Excused,
            Self::Open => attendance_record::Status::Pending,
            Self::Refused | Self::Expired => attendance_record::Status::Absent,
        }
    }
}

/// The students of a session who have an excuse that is open or approved, each once, and how it stands.
pub async fn standing(
    connection: &impl ConnectionTrait,
    session: &session::Model,
) -> Result<Vec<(Uuid, Status)>, DbErr> {
    in_college(session.college_id)
        .filter(Column::SessionId.eq(session.id))
        .filter(Column::Status.is_in([Status::Open, Status::Approved]))
        .select_only()
        .columns([Column::StudentId, Column::Status])
        .into_tuple()
        .all(connection)
        .await
}

/// Across colleges: the time to decide ends for all of them in one job.
pub fn open_past(now: chrono::DateTime<chrono::Utc>) -> Select<row::Entity> {
    row::Entity::find().filter(Column::Status.eq(Status::Open)).filter(Column::DecideBy.lte(now))
}

/// Across colleges: a document is known by its name alone before it is known whether an excuse has it.
pub fn with_document(key: Uuid) -> Select<row::Entity> {
    row::Entity::find().filter(Column::DocumentKey.eq(key))
}
