//! InviteUser: lock → make a token, which takes the place of the last one → have it mailed.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{RESOURCE, rules, service::Service, store};
use crate::{
    audit, identity, jobs, organisation,
    origin::Origin,
    principal::Principal,
    problem::{ErrorReason, Problem},
};

impl Service {
    /// Until when the invitation is good.
    pub(super) async fn invite(
        &self,
        principal: &Principal,
        id: Uuid,
        origin: Origin,
    ) -> Result<DateTime<Utc>, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        self.check_invitations(college_id).await?;
        let row = audit::Row::by(principal, &origin, "user.invited", now).object(RESOURCE, id);
        let (caller, keys, mailer) = (principal.clone(), self.keys.clone(), self.mailer.clone());
        let expires_at = self
            .store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    let found = store::lock(tx, college_id, id).await?;
                    rules::check_reach(&caller, &[found.role])?;
                    if found.password_hash != rules::NO_PASSWORD {
                        let refusal = "This person has a password already.";
                        return Err(Problem::new(ErrorReason::AlreadyRegistered, refusal));
                    }
                    if !found.is_active {
                        return Err(Problem::invalid_field("id", "is somebody who is not active; activate them first"));
                    }
                    let expires_at = identity::invite(tx, &keys, &mailer, &found, now).await?;
                    audit::insert(tx, row).await?;
                    Ok(expires_at)
                })
            })
            .await?;
        jobs::announce(&self.store.bus);
        Ok(expires_at)
    }

    /// Whether anybody can be invited here, known before anything is done.
    pub(super) async fn check_invitations(&self, college_id: Uuid) -> Result<(), Problem> {
        self.mailer.require()?;
        let college = organisation::find_college(&self.store.database, college_id).await?;
        identity::check_invitations(&college)
    }
}
