//! One student in one session.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    evidence::{EvidenceList, FlagList},
    of_a_college, session,
};

pub use row::{Review, Status};
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    use crate::entity::{
        distance_band::DistanceBand,
        evidence::{EvidenceList, FlagList},
    };

    /// How the student attended.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Status {
        #[sea_orm(string_value = "PRESENT")]
        Present,
        #[sea_orm(string_value = "LATE")]
        Late,
        #[sea_orm(string_value = "ABSENT")]
        Absent,
        #[sea_orm(string_value = "EXCUSED")]
        Excused,
        #[sea_orm(string_value = "PENDING")]
        Pending,
    }

    /// Whether staff have looked at it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Review {
        /// There is nothing to look at.
        #[sea_orm(string_value = "")]
        None,
        #[sea_orm(string_value = "OPEN")]
        Open,
        #[sea_orm(string_value = "CONFIRMED")]
        Confirmed,
        #[sea_orm(string_value = "REJECTED")]
        Rejected,
        #[sea_orm(string_value = "APPEALED")]
        Appealed,
    }

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "attendance_records")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub session_id: Uuid,
        pub student_id: Uuid,
        /// Made by the client; none where nobody checked in.
        pub check_in_id: Option<Uuid>,
        pub status: Status,
        /// QR, OTP, WIFI, FACE, COMBINED, or empty.
        pub verification_method: String,
        pub marked_at: DateTimeUtc,
        pub late_by_seconds: i32,
        #[sea_orm(column_type = "JsonBinary")]
        pub evidence: EvidenceList,
        pub timetable_id: Option<Uuid>,
        pub location_id: Uuid,
        pub latitude: Option<f64>,
        pub longitude: Option<f64>,
        pub accuracy_meters: Option<f64>,
        pub qr_code_used: Option<String>,
        pub otp_used: Option<String>,
        pub access_point_matched: Option<String>,
        pub ip_address: Option<String>,
        pub device_id: Option<String>,
        /// The key that has signed the check-in, whoever's it is.
        pub device_key_id: Option<Uuid>,
        /// The makeup session that was attended instead.
        pub repaid_by_session_id: Option<Uuid>,
        /// Whether statistics count it: not an absence that was repaid, nor one from a makeup session, whose original counts.
        pub is_counted: bool,
        /// Which rules decided it. None where no policy was made, or nobody checked in.
        pub policy_id: Option<Uuid>,
        pub policy_version: Option<i32>,
        /// Why staff should look at it.
        #[sea_orm(column_type = "JsonBinary")]
        pub flags: FlagList,
        pub review: Review,
        /// How far outside the fence it was, once the position is gone.
        pub distance_band: Option<DistanceBand>,
        /// When all that shows where it was made was taken out.
        pub traces_removed_at: Option<DateTimeUtc>,
        /// The session's `event_seq` when the record was made or last changed.
        pub event_seq: i64,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The reviews that somebody has to decide on.
pub const WAITING: [Review; 2] = [Review::Open, Review::Appealed];

impl Model {
    /// A record of a student in a session, with nothing shown.
    pub fn of(session: &session::Model, student_id: Uuid, status: Status, at: DateTime<Utc>) -> Self {
        Self {
            college_id: session.college_id,
            id: Uuid::now_v7(),
            session_id: session.id,
            student_id,
            check_in_id: None,
            status,
            verification_method: String::new(),
            marked_at: at,
            late_by_seconds: 0,
            evidence: EvidenceList::default(),
            timetable_id: session.timetable_id,
            location_id: session.location_id,
            latitude: None,
            longitude: None,
            accuracy_meters: None,
            qr_code_used: None,
            otp_used: None,
            access_point_matched: None,
            ip_address: None,
            device_id: None,
            device_key_id: None,
            repaid_by_session_id: None,
            is_counted: true,
            policy_id: None,
            policy_version: None,
            flags: FlagList::default(),
            review: Review::None,
            distance_band: None,
            traces_removed_at: None,
            event_seq: session.event_seq,
            created_at: at,
            updated_at: at,
        }
    }
}
