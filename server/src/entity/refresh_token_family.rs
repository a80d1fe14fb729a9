//! One sign-in and the refresh tokens that came from it.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::of_a_college;

of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refresh_token_families")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub device_id: String,
        /// Where the login came from.
        pub ip_address: Option<String>,
        /// The same as limits count it: of IPv6 the /64.
        pub address_key: Option<String>,
        /// How often it was exchanged.
        pub generation: i32,
        /// SHA-256 of the token that is good now.
        pub current_hash: Vec<u8>,
        /// SHA-256 of the one before it.
        pub previous_hash: Option<Vec<u8>>,
        pub rotated_at: DateTimeUtc,
        pub created_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
        pub revoked_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Across colleges: sign-ins that nobody can come back to.
pub fn delete_expired(now: DateTime<Utc>) -> sea_orm::DeleteMany<row::Entity> {
    row::Entity::delete_many().filter(Column::ExpiresAt.lt(now))
}
