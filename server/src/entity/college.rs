//! The tenant.

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Select};
use uuid::Uuid;

pub use row::{ActiveModel, Model, Networks, Registration};

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
        /// Of positions; 0 keeps them for ever.
        pub retention_days: i32,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
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

/// Across colleges: where a call comes from is known before it is known whose it is.
pub fn every() -> Select<row::Entity> {
    row::Entity::find()
}

/// How long positions are kept where nothing was said.
pub const RETENTION_DAYS: i32 = 365;

pub fn insert(rows: impl IntoIterator<Item = ActiveModel>) -> sea_orm::InsertMany<ActiveModel> {
    row::Entity::insert_many(rows)
}
