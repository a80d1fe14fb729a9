//! What became of an attendance record after it was made.

use super::of_a_college;

pub use row::{ActorKind, Source};
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    use crate::entity::attendance_record::Status;

    /// What kind of actor it was.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum ActorKind {
        #[sea_orm(string_value = "user")]
        User,
        #[sea_orm(string_value = "server")]
        Server,
    }

    /// What led to it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Source {
        /// A single record, by hand.
        #[sea_orm(string_value = "CORRECTION")]
        Correction,
        /// A list of marks.
        #[sea_orm(string_value = "MARK")]
        Mark,
        /// A file of marks.
        #[sea_orm(string_value = "IMPORT")]
        Import,
        /// An excuse that was asked, decided or left undecided.
        #[sea_orm(string_value = "EXCUSE")]
        Excuse,
        /// What staff made of a flagged check-in.
        #[sea_orm(string_value = "REVIEW")]
        Review,
        /// A check-in without a network that was handed in later.
        #[sea_orm(string_value = "OFFLINE")]
        Offline,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attendance_record_changes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub record_id: Uuid,
        pub session_id: Uuid,
        pub student_id: Uuid,
        /// The session's, which orders the changes of a record.
        pub event_seq: i64,
        /// None: the server.
        pub changed_by: Option<Uuid>,
        pub actor_kind: ActorKind,
        /// None where the record was made by hand.
        pub from_status: Option<Status>,
        pub to_status: Status,
        /// What the record said before.
        pub from_late_by_seconds: i32,
        pub reason: String,
        pub source: Source,
        pub changed_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
