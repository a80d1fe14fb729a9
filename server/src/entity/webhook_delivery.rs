//! One message to one webhook.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::of_a_college;

pub use row::State;
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    use crate::entity::notification::Kind;

    /// How far it is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum State {
        #[sea_orm(string_value = "PENDING")]
        Pending,
        #[sea_orm(string_value = "DELIVERED")]
        Delivered,
        #[sea_orm(string_value = "FAILED")]
        Failed,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhook_deliveries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub webhook_id: Uuid,
        /// The same for every try, and for every webhook that is told of the event.
        pub message_id: String,
        pub kind: Kind,
        /// What is signed and sent.
        pub body: String,
        pub state: State,
        pub attempts: i32,
        pub next_attempt_at: Option<DateTimeUtc>,
        pub last_attempt_at: Option<DateTimeUtc>,
        /// Of the last answer, where there was one.
        pub last_status: Option<i32>,
        /// What went wrong the last time; empty where nothing did.
        pub last_error: String,
        pub created_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Across colleges: the removal of deliveries that were made before a time and are over.
pub fn delete_before(time: DateTime<Utc>) -> sea_orm::DeleteMany<row::Entity> {
    row::Entity::delete_many().filter(Column::CreatedAt.lt(time)).filter(Column::State.ne(State::Pending))
}
