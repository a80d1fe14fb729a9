//! An address of another system that is told what happens in the college.

use super::of_a_college;

pub use row::DisabledReason;
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    use crate::entity::notification_preference::Kinds;

    /// Why nothing is sent.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum DisabledReason {
        #[sea_orm(string_value = "")]
        None,
        #[sea_orm(string_value = "ADMIN")]
        Admin,
        #[sea_orm(string_value = "FAILING")]
        Failing,
        #[sea_orm(string_value = "GONE")]
        Gone,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhooks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub url: String,
        pub description: String,
        /// What is sent; empty for everything.
        pub kinds: Kinds,
        /// The secret is derived from it.
        pub secret_generation: i32,
        /// When the secret took the place of the one before.
        pub rotated_at: Option<DateTimeUtc>,
        pub disabled_at: Option<DateTimeUtc>,
        pub disabled_reason: DisabledReason,
        /// The first failure since the last success.
        pub failing_since: Option<DateTimeUtc>,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
