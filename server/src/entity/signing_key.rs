//! A key that signs access tokens after the first one. It belongs to no college: all tokens are signed with the same.

use sea_orm::{EntityTrait as _, QueryOrder as _, QuerySelect as _, Select};

pub use row::{ActiveModel, Algorithm, Model};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub kid: Uuid,
        pub algorithm: Algorithm,
        /// What the key is derived from, together with the master secret.
        pub salt: Vec<u8>,
        pub created_at: DateTimeUtc,
        /// When it begins to sign and the one before it ends, in whole seconds.
        pub active_from: DateTimeUtc,
    }

    /// How a token is signed, by its name in RFC 7518 and RFC 8037.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Algorithm {
        #[sea_orm(string_value = "HS256")]
        Hs256,
        #[sea_orm(string_value = "EdDSA")]
        EdDsa,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Algorithm {
    /// Its name in a token's header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of this name, in any case. None where there is none: nothing else is ever taken.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Hs256, Self::EdDsa].into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }
}

/// All of them, in the order in which they sign.
pub fn in_order() -> Select<row::Entity> {
    row::Entity::find().order_by_asc(row::Column::ActiveFrom)
}

/// The one that signs last.
pub fn newest() -> Select<row::Entity> {
    row::Entity::find().order_by_desc(row::Column::ActiveFrom).limit(1)
}

pub fn insert(row: ActiveModel) -> sea_orm::InsertMany<ActiveModel> {
    row::Entity::insert_many([row])
}
