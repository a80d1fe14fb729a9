//! What was said of one session, all together. The counters of each question and rating are not in here: they are raised and summed
//! up by statements that name them.

use super::of_a_college;

of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "session_feedback")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub session_id: Uuid,
        pub teacher_id: Uuid,
        pub subject: String,
        /// By the clock that the session was planned by.
        pub day: Date,
        /// Fixed by the first answer.
        pub closes_at: DateTimeUtc,
        pub answers: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
