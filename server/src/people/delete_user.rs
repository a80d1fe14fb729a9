//! DeleteUser: put a pseudonym in the person's place, unless the college would lose its last administrator → end enrolments
//! and all that they are signed in with, their keys, what was mailed to them, and their face, and have it forgotten where they were → drop the copies, tell the replicas.

use uuid::Uuid;

use super::{
    RESOURCE,
    gone::{Gone, forget_places},
    rules,
    service::Service,
    store,
};
use crate::{
    api_key, audit,
    identity::{self, Revoked},
    jobs, organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::detach,
};

impl Service {
    pub(super) async fn delete_user(&self, principal: &Principal, id: Uuid, origin: Origin) -> Result<(), Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let college = organisation::find_college(&self.store.database, college_id).await?;
        let today = organisation::day_in(&college.time_zone, now);
        let row = audit::Row::by(principal, &origin, "user.deleted", now).object(RESOURCE, id);
        let by = audit::Row::by(principal, &origin, api_key::REVOKED, now);
        let principal = principal.clone();
        let (store, revoker) = (self.store.clone(), self.revoker.clone());
        detach(async move {
            let writer = revoker.clone();
            let work = store.database.write(move |tx| {
                Box::pin(async move {
                    // One at a time decides who administers: two who each see the other one stay could go both.
                    organisation::lock_college(tx, college_id).await?;
                    let found = store::lock(tx, college_id, id).await?;
                    rules::check_reach(&principal, &[found.role])?;
                    let gone = rules::pseudonym(&found, now);
                    let guard = match rules::gives_up_administration(&found, &gone) {
                        true => store::Guard::AnotherAdministrator,
                        false => store::Guard::None,
                    };
                    store::write(tx, &gone, guard).await?;
                    let divisions = organisation::end_all(tx, college_id, id, today).await?;
                    identity::forget(tx, &found).await?;
                    store::forget_messages(tx, college_id, id).await?;
                    store::forget_devices(tx, college_id, id).await?;
                    store::forget_face(tx, college_id, id, now).await?;
                    forget_places(tx, Gone { college_id, user_id: id }, now).await?;
                    let mut told = api_key::revoke_all_of(tx, &writer, &by, &[id], now).await?;
                    told.push(writer.revoke(tx, Revoked::user(college_id, id)).await?);
                    audit::insert(tx, row).await?;
                    Ok((divisions, told))
                })
            });
            let (divisions, told) = work.await?;
            told.into_iter().for_each(|told| revoker.tell(told));
            jobs::announce(&store.bus);
            for division_id in divisions {
                organisation::outdate_roster(&store, college_id, division_id).await;
            }
            Ok(())
        })
        .await
    }
}
