//! A check-in that was refused, with what was sent.

use super::of_a_college;

of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    use crate::entity::{distance_band::DistanceBand, evidence::EvidenceList};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "check_in_attempts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub student_id: Uuid,
        pub check_in_id: Uuid,
        /// As it was named; it may never have been.
        pub session_id: Option<Uuid>,
        pub reason: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub evidence: EvidenceList,
        pub latitude: Option<f64>,
        pub longitude: Option<f64>,
        pub accuracy_meters: Option<f64>,
        pub qr_code_used: Option<String>,
        pub ip_address: Option<String>,
        pub device_id: Option<String>,
        /// Which rules decided it.
        pub policy_id: Option<Uuid>,
        pub policy_version: Option<i32>,
        pub attempted_at: DateTimeUtc,
        /// How far outside the fence it was, once the position is gone.
        pub distance_band: Option<DistanceBand>,
        /// When all that shows where it was made was taken out.
        pub traces_removed_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
