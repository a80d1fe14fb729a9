//! What a check-in has to show, for a college or a part of it.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, QueryFilter as _, sea_query::Expr};
use uuid::Uuid;

use super::of_a_college;

pub use row::Scope;
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    /// What a policy is for. The narrowest that there is applies.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Scope {
        #[sea_orm(string_value = "COLLEGE")]
        College,
        #[sea_orm(string_value = "DIVISION")]
        Division,
        #[sea_orm(string_value = "TIMETABLE")]
        Timetable,
        #[sea_orm(string_value = "SESSION")]
        Session,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "policies")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub scope: Scope,
        /// The division, timetable or session; the college's own id for all of it.
        pub scope_id: Uuid,
        /// Decides nothing: it is there to be compared.
        pub is_shadow: bool,
        /// The number of its newest version.
        pub version: i32,
        /// None while it is in force.
        pub deleted_at: Option<DateTimeUtc>,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Ends the policies of what goes, in the transaction in which it goes, and after it. Their versions stay, because records name them.
pub fn end_of(college_id: Uuid, scope: Scope, scope_id: Uuid, now: DateTime<Utc>) -> sea_orm::UpdateMany<row::Entity> {
    update_in_college(college_id)
        .col_expr(Column::DeletedAt, Expr::value(now))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Scope.eq(scope))
        .filter(Column::ScopeId.eq(scope_id))
        .filter(Column::DeletedAt.is_null())
}
