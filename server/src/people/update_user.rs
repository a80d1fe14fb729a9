//! UpdateUser: check what is named → write, unless the college would lose its last administrator → end what the person is
//! signed in with, if they may do something else from now on, and their keys, if they administer no more → tell the replicas.

use rollcall_proto::v1::{UpdateUserRequest, User};

use super::{RESOURCE, rules, service::Service, store};
use crate::{
    api_key, audit, convert,
    entity::user,
    identity::{self, Revoked, role_from_proto, to_proto},
    jobs,
    mask::Mask,
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::detach,
};

const WRITABLE: &[&str] = &["username", "email", "role", "is_active"];

impl Service {
    pub(super) async fn update_user(
        &self,
        principal: &Principal,
        request: UpdateUserRequest,
        origin: Origin,
    ) -> Result<User, Problem> {
        let replaces = request.update_mask.as_ref().is_none();
        let mask = Mask::read(request.update_mask.as_ref(), WRITABLE)?;
        let wanted = request.user.unwrap_or_default();
        let (college_id, id) = (principal.college_id, convert::id("user.id", &wanted.id)?);
        rules::check_update(&wanted, &mask)?;
        let now = self.clock.now();
        let division_id = organisation::current_division(&self.store.database, college_id, id, now).await?;
        let row = audit::Row::by(principal, &origin, "user.updated", now).object(RESOURCE, id);
        let by = audit::Row::by(principal, &origin, api_key::REVOKED, now);
        let principal = principal.clone();
        let (database, bus) = (self.store.database.clone(), self.store.bus.clone());
        let (revoker, outbox) = (self.revoker.clone(), self.outbox.clone());
        detach(async move {
            let writer = revoker.clone();
            let work = database.write(move |tx| {
                Box::pin(async move {
                    if mask.has("role") || mask.has("is_active") {
                        // One at a time decides who administers: two who each see the other one stay could go both.
                        organisation::lock_college(tx, college_id).await?;
                    }
                    let found = store::lock(tx, college_id, id).await?;
                    if replaces {
                        rules::check_rest(&wanted, &to_proto(found.clone(), division_id))?;
                    }
                    let changed = apply(user::Model { updated_at: now, ..found.clone() }, wanted, &mask);
                    rules::check_reach(&principal, &[found.role, changed.role])?;
                    rules::check_address(&principal, &found, &changed)?;
                    let guard = match rules::gives_up_administration(&found, &changed) {
                        true => store::Guard::AnotherAdministrator,
                        false => store::Guard::None,
                    };
                    store::write(tx, &changed, guard).await?;
                    let mut told = Vec::new();
                    if rules::changes_rights(&found, &changed) {
                        told.push(writer.revoke(tx, Revoked::user(college_id, id)).await?);
                    }
                    if rules::gives_up_administration(&found, &changed) {
                        told.extend(api_key::revoke_all_of(tx, &writer, &by, &[id], now).await?);
                    }
                    if found.email != changed.email {
                        identity::tell_address_changed(tx, &outbox, &found, now).await?;
                    }
                    audit::insert(tx, row.detail(rules::difference(&found, &changed))).await?;
                    Ok((changed, told))
                })
            });
            let (changed, told) = work.await?;
            told.into_iter().for_each(|told| revoker.tell(told));
            jobs::announce(&bus);
            Ok(to_proto(changed, division_id))
        })
        .await
    }
}

fn apply(mut person: user::Model, wanted: User, mask: &Mask) -> user::Model {
    if let Some(role) = role_from_proto(wanted.role()) {
        mask.put("role", &mut person.role, role);
    }
    if let Some(is_active) = wanted.is_active {
        mask.put("is_active", &mut person.is_active, is_active);
    }
    mask.put("username", &mut person.username, wanted.username);
    mask.put("email", &mut person.email, wanted.email.to_lowercase());
    person
}
