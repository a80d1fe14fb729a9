//! Who did what.

use super::of_a_college;

pub use row::ActorKind;
of_a_college!();

mod row {
    use sea_orm::entity::prelude::*;

    /// What kind of caller did it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum ActorKind {
        #[sea_orm(string_value = "user")]
        User,
        #[sea_orm(string_value = "api_key")]
        ApiKey,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_rows")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub actor_id: Option<Uuid>,
        pub actor_kind: ActorKind,
        pub action: String,
        pub object_type: String,
        pub object_id: String,
        pub detail: Json,
        pub ip_address: Option<String>,
        pub request_id: Option<String>,
        pub created_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
