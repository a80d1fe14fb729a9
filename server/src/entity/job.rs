//! Work that is done later. It is the installation's and no college's: what it is about stands in its payload.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Select};
use uuid::Uuid;

pub use row::{ActiveModel, Column, Model};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "jobs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        /// Of jobs with the same key there is one.
        pub unique_key: Option<String>,
        pub payload: Json,
        /// When somebody may take it. While somebody works on it, when their lease ends.
        pub due_at: DateTimeUtc,
        /// How often it was taken. Whoever has taken it last has the lease.
        pub attempts: i32,
        pub last_error: Option<String>,
        pub created_at: DateTimeUtc,
        /// When it was given up.
        pub dead_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Jobs of these kinds that may be taken.
pub fn due<'k>(kinds: impl IntoIterator<Item = &'k str>, now: DateTime<Utc>) -> Select<row::Entity> {
    row::Entity::find()
        .filter(Column::DeadAt.is_null())
        .filter(Column::DueAt.lte(now))
        .filter(Column::Kind.is_in(kinds))
}

/// A change of jobs.
pub fn update(ids: impl IntoIterator<Item = Uuid>) -> sea_orm::UpdateMany<row::Entity> {
    row::Entity::update_many().filter(Column::Id.is_in(ids))
}

/// The removal of a job by whoever has taken it so many times.
pub fn delete_taken(id: Uuid, attempts: i32) -> sea_orm::DeleteMany<row::Entity> {
    row::Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::Attempts.eq(attempts))
}

/// The removal of jobs that were given up before a time.
pub fn delete_dead(before: DateTime<Utc>) -> sea_orm::DeleteMany<row::Entity> {
    row::Entity::delete_many().filter(Column::DeadAt.lt(before))
}

pub fn insert_all(rows: Vec<ActiveModel>) -> sea_orm::InsertMany<ActiveModel> {
    row::Entity::insert_many(rows)
}

pub fn insert(row: ActiveModel) -> sea_orm::InsertMany<ActiveModel> {
    row::Entity::insert_many([row])
}
