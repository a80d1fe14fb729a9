//! How many mails went to mailboxes that nobody has confirmed, by college and day.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "unconfirmed_mails")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        /// By UTC.
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: Date,
        pub mails: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Across colleges: counts of days that are over.
pub fn delete_before(day: NaiveDate) -> sea_orm::DeleteMany<row::Entity> {
    row::Entity::delete_many().filter(row::Column::Day.lt(day))
}
