//! The world's database, looked at from outside. Tests use it for what no RPC tells, and only to read.

use sea_orm::{
    ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction, FromQueryResult as _, JsonValue,
    Statement, TransactionTrait as _,
};

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

    /// Runs a query that locks rows, and keeps them locked, so that whoever wants to write them waits.
    ///
    /// # Panics
    /// When it fails.
    pub async fn hold(&self, query: &str) -> Held {
        let transaction = self.0.begin().await.expect("a transaction");
        transaction.execute_unprepared(query).await.unwrap_or_else(|cause| panic!("{query}: {cause}"));
        Held(transaction)
    }

    /// Whole rows, in the order that the query gives them.
    ///
    /// # Panics
    /// When it fails.
    pub async fn all(&self, query: &str) -> Vec<JsonValue> {
        let statement = Statement::from_string(self.0.get_database_backend(), query.to_owned());
        let rows = JsonValue::find_by_statement(statement).all(&self.0).await;
        rows.unwrap_or_else(|cause| panic!("{query}: {cause}"))
    }
}

/// Rows that nobody else can write.
pub struct Held(DatabaseTransaction);

impl Held {
    /// Lets whoever waits go on.
    ///
    /// # Panics
    /// When the connection is gone.
    pub async fn release(self) {
        self.0.rollback().await.expect("the end of a transaction");
    }
}
