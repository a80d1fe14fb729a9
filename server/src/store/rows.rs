//! Many rows in few statements.

use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, DbErr, EntityTrait, InsertMany, IntoActiveModel, sea_query::OnConflict,
};

use super::Tx;

/// Rows or keys in one statement: well within what a statement can take as parameters, and done long before its timeout.
pub const ROWS_PER_STATEMENT: usize = 1000;

/// Inserts rows; what is done with those that are there already is said by `known`.
pub async fn put_rows<M, A>(
    tx: &Tx,
    rows: Vec<M>,
    insert: fn(Vec<A>) -> InsertMany<A>,
    known: OnConflict,
) -> Result<(), DbErr>
where
    M: Into<A>,
    A: ActiveModelTrait + ActiveModelBehavior + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let mut rows = rows.into_iter().map(Into::into).peekable();
    while rows.peek().is_some() {
        let some: Vec<A> = rows.by_ref().take(ROWS_PER_STATEMENT).collect();
        insert(some).on_conflict(known.clone()).exec_without_returning(tx).await?;
    }
    Ok(())
}
