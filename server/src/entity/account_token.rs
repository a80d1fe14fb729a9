//! What somebody can prove with a link that was mailed to them.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::of_a_college;

pub use row::Purpose;
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    /// What the link is good for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Purpose {
        /// Choosing the first password of an account that an administrator has made.
        #[sea_orm(string_value = "INVITATION")]
        Invitation,
        /// Choosing another password.
        #[sea_orm(string_value = "PASSWORD_RESET")]
        PasswordReset,
        /// Making the account that was asked for from this address.
        #[sea_orm(string_value = "REGISTRATION")]
        Registration,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "account_tokens")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub purpose: Purpose,
        /// None for a registration: there is no account yet.
        pub user_id: Option<Uuid>,
        /// Of a registration.
        pub email: Option<String>,
        /// Of a registration.
        pub username: Option<String>,
        /// SHA-256 of the secret.
        pub secret_hash: Vec<u8>,
        /// What the account was when the token was made; a token of an account that is not like that any more is none.
        pub account_state: Option<Vec<u8>>,
        pub created_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Across colleges: tokens that are of no use any more.
pub fn delete_expired(now: DateTime<Utc>) -> sea_orm::DeleteMany<row::Entity> {
    row::Entity::delete_many().filter(Column::ExpiresAt.lt(now))
}
