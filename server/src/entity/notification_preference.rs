//! How one person wants to be told. Whoever has no row has said nothing.

use super::of_a_college;

pub use row::{Kinds, MailMode};
of_a_college!();

mod row {
    use sea_orm::{FromJsonQueryResult, entity::prelude::*};
    use serde::{Deserialize, Serialize};

    use crate::entity::notification::Kind;

    /// Whether mail comes, and how often.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum MailMode {
        #[sea_orm(string_value = "EACH")]
        Each,
        #[sea_orm(string_value = "DIGEST")]
        Digest,
        #[sea_orm(string_value = "OFF")]
        Off,
    }

    #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
    pub struct Kinds(pub Vec<Kind>);

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notification_preferences")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: Uuid,
        pub mail: MailMode,
        /// What comes by mail.
        pub mail_kinds: Kinds,
        /// By the college's clocks. From the later one to the earlier one goes over midnight.
        pub quiet_from: Option<Time>,
        pub quiet_to: Option<Time>,
        pub digest_at: Time,
        pub updated_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
