//! InviteUser: count → lock → make a token, which takes the place of the last one → have it mailed.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{RESOURCE, rules, service::Service, store};
use crate::{audit, identity, jobs, organisation, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    /// Until when the invitation is good.
    pub(super) async fn invite_user(
        &self,
        principal: &Principal,
        id: Uuid,
        origin: Origin,
    ) -> Result<DateTime<Utc>, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        self.check_invitations(college_id).await?;
        // By the address, so that one that was deleted and made anew has had its mails.
        let person = store::find(&self.store.database, college_id, id).await?;
        rules::check_invited(principal, &person)?;
        self.outbox.admit_invitation(college_id, &person.email).await?;
        let row = audit::Row::by(principal, &origin, "user.invited", now).object(RESOURCE, id);
        let (caller, keys, outbox) = (principal.clone(), self.keys.clone(), self.outbox.clone());
        let expires_at = self
            .store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    let found = store::lock(tx, college_id, id).await?;
                    rules::check_invited(&caller, &found)?;
                    let expires_at = identity::invite(tx, &keys, &outbox, &found, now).await?;
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
        self.outbox.require()?;
        let college = organisation::find_college(&self.store.database, college_id).await?;
        identity::check_invitations(&college)
    }
}
