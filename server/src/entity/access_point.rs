//! What sends a signal at a location.

use super::of_a_college;

pub use row::Kind;
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    /// The kind of signal.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Kind {
        #[sea_orm(string_value = "WIFI")]
        Wifi,
        #[sea_orm(string_value = "BLUETOOTH")]
        Bluetooth,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "access_points")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub location_id: Uuid,
        /// Lower case with colons.
        pub bssid: String,
        pub ssid: String,
        /// The weakest signal that shows nearness.
        pub min_rssi_dbm: i32,
        pub kind: Kind,
        pub created_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
