//! A scan of access points that came with a check-in, and who sent it first.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, Query},
};

use super::{of_a_college, session};

of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    use crate::entity::signals::Signals;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "check_in_scans")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        /// Of all that was heard.
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: Uuid,
        pub student_id: Uuid,
        pub check_in_id: Uuid,
        pub session_id: Uuid,
        /// What of it can be learnt from, until it was.
        #[sea_orm(column_type = "JsonBinary")]
        pub signals: Option<Signals>,
        pub seen_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Across colleges: the sessions (college, session) that were over before a time and have scans that nobody has learnt from.
pub fn sessions_to_learn(over_before: DateTime<Utc>) -> sea_orm::Select<row::Entity> {
    let over = Query::select()
        .expr(Expr::val(1))
        .from(session::Column::Id.entity_name())
        .and_where(Expr::col(session::Column::CollegeId.as_column_ref()).equals(Column::CollegeId.as_column_ref()))
        .and_where(Expr::col(session::Column::Id.as_column_ref()).equals(Column::SessionId.as_column_ref()))
        .and_where(session::Column::EndedAt.lt(over_before))
        .to_owned();
    row::Entity::find()
        .select_only()
        .columns([Column::CollegeId, Column::SessionId])
        .distinct()
        .filter(Column::Signals.is_not_null())
        .filter(Expr::exists(over))
}

/// Across colleges: what was sent so long ago that nobody asks for it any more.
pub fn delete_before(time: DateTime<Utc>) -> sea_orm::DeleteMany<row::Entity> {
    row::Entity::delete_many().filter(Column::SeenAt.lt(time))
}
