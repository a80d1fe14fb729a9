//! The queries of this slice.

use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    entity::{college, evidence::Factor, policy_version},
    problem::{ErrorReason, Problem},
    store::Tx,
};

pub async fn replace(tx: &Tx, college: college::Model) -> Result<(), Problem> {
    college.into_active_model().reset_all().update(tx).await?;
    Ok(())
}

/// Refuses to switch off what a policy needs: nobody could check in any more. The college must be locked, as whoever writes a policy
/// locks it. `policy/` comes after this slice, so its rows are read here.
pub async fn check_policies(tx: &Tx, college_id: Uuid, off: &[Factor]) -> Result<(), Problem> {
    if off.is_empty() {
        return Ok(());
    }
    let deciding = policy_version::deciding(college_id).all(tx).await?;
    match deciding.into_iter().find(|version| version.rules.need_any(off)) {
        None => Ok(()),
        Some(version) => {
            let factors: Vec<_> = off.iter().copied().map(Factor::name).collect();
            let text = "A policy needs what you switch off. Change or delete the policy first.";
            Err(Problem::new(ErrorReason::NeededByPolicy, text)
                .with("policy_id", version.policy_id)
                .with("factors", factors.join(",")))
        }
    }
}
