//! What one person's face is compared with, sealed.

use super::of_a_college;

of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "face_templates")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: Uuid,
        /// Vectors of different models cannot be compared.
        pub model: String,
        /// How it is sealed.
        pub version: i32,
        pub photo_count: i32,
        pub sealed: Vec<u8>,
        pub enrolled_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
