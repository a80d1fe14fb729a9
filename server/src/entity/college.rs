//! The tenant.

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Select};
use uuid::Uuid;

pub use row::{ActiveModel, Model};

mod row {
    use sea_orm::entity::prelude::*;

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

pub fn insert(rows: impl IntoIterator<Item = ActiveModel>) -> sea_orm::InsertMany<ActiveModel> {
    row::Entity::insert_many(rows)
}
