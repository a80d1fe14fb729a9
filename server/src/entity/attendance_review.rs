//! What staff made of a flagged check-in. Where the review stands is in its record.

use super::of_a_college;

of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    use crate::entity::attendance_record::Status;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attendance_reviews")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub record_id: Uuid,
        /// What the record said before it was decided on, or rejected last; of a check-in that does not count yet, what it has shown.
        pub claimed_status: Status,
        pub claimed_late_by_seconds: i32,
        /// The last decision. None where nobody has decided.
        pub decided_by: Option<Uuid>,
        pub decided_at: Option<DateTimeUtc>,
        pub decision_reason: String,
        /// Empty where the student has not appealed.
        pub appeal: String,
        pub appealed_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
