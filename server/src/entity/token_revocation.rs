//! Tokens that must not be believed before they expire, named by sign-in, token or user.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Select};

use super::of_a_college;

of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "token_revocations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject_id: Uuid,
        pub revoked_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Across colleges: every replica keeps the whole list, which is short.
pub fn since(time: DateTime<Utc>) -> Select<row::Entity> {
    row::Entity::find().filter(Column::RevokedAt.gte(time))
}

/// Across colleges: rows that are of no use any more.
pub fn delete_expired(now: DateTime<Utc>) -> sea_orm::DeleteMany<row::Entity> {
    row::Entity::delete_many().filter(Column::ExpiresAt.lt(now))
}
