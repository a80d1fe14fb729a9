//! What another system says that a day was for an employee.

use super::of_a_college;

pub use row::Kind;
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    /// What a status comes to.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Kind {
        #[sea_orm(string_value = "PRESENT")]
        Present,
        #[sea_orm(string_value = "ABSENT")]
        Absent,
        #[sea_orm(string_value = "HALF_DAY")]
        HalfDay,
        #[sea_orm(string_value = "LEAVE")]
        Leave,
        #[sea_orm(string_value = "HOLIDAY")]
        Holiday,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "daily_records")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        /// What the audit calls it. The key is whose it is and the day.
        pub id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub employee_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub date: Date,
        pub kind: Kind,
        /// As it was given.
        pub status: String,
        /// None where an API key entered it.
        pub entered_by: Option<Uuid>,
        pub entered_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
