//! What a one-time password is derived from. The digits themselves stand in no table.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::of_a_college;

of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "one_time_passwords")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub session_id: Uuid,
        /// Whom it was sent to, and who alone may use it; none where it is shown in the room.
        pub student_id: Option<Uuid>,
        /// When the minute begins that it is the only one of.
        pub step: DateTimeUtc,
        pub salt: Vec<u8>,
        /// When it was asked for first.
        pub issued_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Across colleges: the removal of those that expired before a time.
pub fn delete_expired(before: DateTime<Utc>) -> sea_orm::DeleteMany<row::Entity> {
    row::Entity::delete_many().filter(Column::ExpiresAt.lt(before))
}
