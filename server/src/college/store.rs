//! The queries of this slice.

use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _, QuerySelect as _};
use uuid::Uuid;

use super::RESOURCE;
use crate::{entity::college, problem::Problem, store::Tx};

/// The college as it is now: nobody else can change it before the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<college::Model, Problem> {
    college::by_id(id).lock_exclusive().one(tx).await?.ok_or_else(|| Problem::not_found(RESOURCE))
}

pub async fn replace(tx: &Tx, college: college::Model) -> Result<(), Problem> {
    college.into_active_model().reset_all().update(tx).await?;
    Ok(())
}
