//! The world's database, looked at from outside. Tests use it for what no RPC tells, and only to read.

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};

/// A connection of the test's own.
pub struct Rows(DatabaseConnection);

impl Rows {
    /// Connects to what DATABASE_URL names.
    ///
    /// # Panics
    /// When nothing answers.
    pub async fn open(address: &str) -> Self {
        Self(Database::connect(address).await.unwrap_or_else(|cause| panic!("{address}: {cause}")))
    }

    /// The one number that a query gives under the name `n`.
    ///
    /// # Panics
    /// When it gives none.
    pub async fn number(&self, query: &str) -> i64 {
        let statement = Statement::from_string(self.0.get_database_backend(), query.to_owned());
        let row = self.0.query_one_raw(statement).await.unwrap_or_else(|cause| panic!("{query}: {cause}"));
        row.expect("a row").try_get("", "n").unwrap_or_else(|cause| panic!("{query}: {cause}"))
    }
}
