//! The queries of this slice.

use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};

use crate::{entity::college, problem::Problem, store::Tx};

pub async fn replace(tx: &Tx, college: college::Model) -> Result<(), Problem> {
    college.into_active_model().reset_all().update(tx).await?;
    Ok(())
}
