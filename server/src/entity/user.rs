//! A person with an account.

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Select};

use super::of_a_college;

pub use row::Role;
of_a_college!();

/// A hash that no password matches: of an account whose owner has not chosen one yet, or is gone.
pub const NO_PASSWORD: &str = "";

impl Model {
    /// Whether somebody can sign in with a password, and so has shown that the address is theirs.
    pub fn has_password(&self) -> bool {
        self.password_hash != NO_PASSWORD
    }
}

mod row {
    use sea_orm::entity::prelude::*;

    /// What a person may do.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text")]
    pub enum Role {
        #[sea_orm(string_value = "student")]
        Student,
        #[sea_orm(string_value = "teacher")]
        Teacher,
        #[sea_orm(string_value = "admin")]
        Admin,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// In lower case.
        pub email: String,
        pub username: String,
        /// PHC string, or a bcrypt hash from elsewhere that no login has replaced yet.
        pub password_hash: String,
        pub role: Role,
        pub is_active: bool,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
        /// When the person was taken out. The row stays, under a pseudonym, for the records that point to it.
        pub deleted_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Across colleges: accounts that are known by their addresses wherever they are.
pub fn by_emails(emails: impl IntoIterator<Item = String>) -> Select<row::Entity> {
    row::Entity::find().filter(Column::Email.is_in(emails))
}

/// Across colleges: the time that a refused login takes must be the same for all accounts of the installation.
pub fn in_any_college() -> Select<row::Entity> {
    row::Entity::find()
}

/// Across colleges: a login may name none.
pub fn by_email(email: &str) -> Select<row::Entity> {
    row::Entity::find().filter(Column::Email.eq(email))
}
