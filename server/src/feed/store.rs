//! The queries of this slice.

use sea_orm::{ColumnTrait as _, ConnectionTrait, QueryFilter as _, sea_query::OnConflict};
use uuid::Uuid;

use super::RESOURCE;
use crate::{
    entity::{
        schedule_feed::{self, Column, Model},
        user,
    },
    problem::Problem,
    store::{Database, Tx},
};

pub async fn find(database: &Database, college_id: Uuid, user_id: Uuid) -> Result<Model, Problem> {
    let found = schedule_feed::in_college(college_id).filter(Column::UserId.eq(user_id)).one(database.reader()).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// Puts a link in the place of the one before.
pub async fn replace(tx: &Tx, feed: Model) -> Result<(), Problem> {
    let mut on_conflict = OnConflict::columns([Column::CollegeId, Column::UserId]);
    on_conflict.update_columns([Column::TokenHash, Column::CreatedAt]);
    schedule_feed::insert([feed.into()]).on_conflict(on_conflict).exec_without_returning(tx).await?;
    Ok(())
}

pub async fn delete(tx: &Tx, college_id: Uuid, user_id: Uuid) -> Result<(), Problem> {
    let gone = schedule_feed::delete_in_college(college_id).filter(Column::UserId.eq(user_id)).exec(tx).await?;
    if gone.rows_affected == 0 { Err(Problem::not_found(RESOURCE)) } else { Ok(()) }
}

/// Whoever may have a link: they must be able to sign in.
pub async fn find_owner(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    user_id: Uuid,
) -> Result<Option<user::Model>, Problem> {
    let owner = user::in_college(college_id)
        .filter(user::Column::Id.eq(user_id))
        .filter(user::Column::IsActive.eq(true))
        .filter(user::Column::DeletedAt.is_null());
    Ok(owner.one(connection).await?)
}

/// Whether somebody's link is the one with a token of this hash.
pub async fn is_link_of(database: &Database, owner: &user::Model, token_hash: &[u8]) -> Result<bool, Problem> {
    let link = schedule_feed::in_college(owner.college_id)
        .filter(Column::UserId.eq(owner.id))
        .filter(Column::TokenHash.eq(token_hash));
    Ok(link.one(database.reader()).await?.is_some())
}
