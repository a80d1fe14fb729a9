//! A link to somebody's schedule, for calendar programs.

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::of_a_college;

of_a_college!();

/// The link with a token of this hash, in whichever college: the token is all that its caller says.
pub fn by_token_hash(hash: &[u8]) -> Find {
    row::Entity::find().filter(Column::TokenHash.eq(hash))
}

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "schedule_feeds")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: Uuid,
        /// SHA-256 of the token.
        pub token_hash: Vec<u8>,
        pub created_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
