//! The key of a student's device.

use super::of_a_college;

pub use row::{Algorithm, Platform, State};
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    /// How it signs.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Algorithm {
        #[sea_orm(string_value = "ED25519")]
        Ed25519,
        #[sea_orm(string_value = "P256")]
        P256,
    }

    /// What the device runs, as it says.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Platform {
        #[sea_orm(string_value = "")]
        Unknown,
        #[sea_orm(string_value = "ANDROID")]
        Android,
        #[sea_orm(string_value = "IOS")]
        Ios,
        #[sea_orm(string_value = "OTHER")]
        Other,
    }

    /// As it was written last. A PENDING key whose time has come is active, and nobody has to write that down first.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum State {
        #[sea_orm(string_value = "PENDING")]
        Pending,
        #[sea_orm(string_value = "ACTIVE")]
        Active,
        #[sea_orm(string_value = "REVOKED")]
        Revoked,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "devices")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub name: String,
        /// The client's own name for the device; empty where it gave none.
        pub device_id: String,
        pub algorithm: Algorithm,
        pub public_key: Vec<u8>,
        pub platform: Platform,
        /// What the platform said; a signal that nobody judges.
        pub attestation: String,
        pub state: State,
        /// From when on it is active, or will be.
        pub active_from: DateTimeUtc,
        pub approved_by: Option<Uuid>,
        pub created_at: DateTimeUtc,
        pub revoked_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
