//! The wrong one-time passwords of one student, of the last minutes.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, EntityTrait as _, FromJsonQueryResult, QueryFilter as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::of_a_college;

of_a_college!();

/// Wrong tries, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct WrongTries(pub Vec<WrongTry>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongTry {
    pub at: DateTime<Utc>,
    /// The one-time passwords that it was held against.
    pub against: Vec<Uuid>,
}

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "one_time_password_tries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub student_id: Uuid,
        #[sea_orm(column_type = "JsonBinary")]
        pub wrong: super::WrongTries,
        pub updated_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Across colleges: the removal of what nobody added to since a time.
pub fn delete_before(time: DateTime<Utc>) -> sea_orm::DeleteMany<row::Entity> {
    row::Entity::delete_many().filter(Column::UpdatedAt.lt(time))
}
