//! ChangePassword: check the new one → count and verify the current one → hash → replace it and end every other sign-in, if
//! nobody was faster → tell the replicas.

use rollcall_proto::v1::ChangePasswordRequest;

use super::{
    mailed,
    own_password::wrong_password,
    password_rules::{self, Owner},
    revoke::Revoked,
    service::Service,
    store,
};
use crate::{
    audit,
    entity::{college, user},
    jobs,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::detach,
};

impl Service {
    pub(super) async fn change_password(
        &self,
        principal: &Principal,
        request: ChangePasswordRequest,
        origin: Origin,
    ) -> Result<(), Problem> {
        let reader = self.store.database.reader();
        let account = store::find_user(reader, principal.college_id, principal.id).await?;
        let college = college::by_id(principal.college_id).one(reader).await?;
        let owner = Owner {
            email: account.as_ref().map_or("", |account| &account.email),
            college: college.as_ref().map_or("", |college| &college.short_name),
        };
        password_rules::check("new_password", &request.new_password, owner)?;
        // A new password that is refused is no try.
        let account = self.check_own_password(principal, request.current_password, &origin).await?;
        let new_hash = self.passwords.hash(request.new_password).await?;
        self.replace_password(principal, account, new_hash, origin).await
    }

    async fn replace_password(
        &self,
        principal: &Principal,
        account: user::Model,
        new_hash: String,
        origin: Origin,
    ) -> Result<(), Problem> {
        let now = self.clock.now();
        let row = audit::Row::new(account.college_id, "password.changed", now)
            .actor(account.id)
            .object("user", account.id)
            .from(&origin);
        let others = Revoked::others_of(principal);
        let revoker = self.revoker();
        let (database, bus, outbox) = (self.store.database.clone(), self.store.bus.clone(), self.outbox.clone());
        detach(async move {
            let writer = revoker.clone();
            let work = database.write(move |tx| {
                Box::pin(async move {
                    // Of many who know the same current password one changes it; to the others it is wrong by then. The row
                    // is locked from here on, so that a login with the old one is seen below or sees the new one.
                    let account =
                        store::replace_password(tx, &account, new_hash, now).await?.ok_or_else(wrong_password)?;
                    let told = writer.revoke(tx, others).await?;
                    mailed::tell_changed(tx, &outbox, &account, now).await?;
                    audit::insert(tx, row).await?;
                    Ok(told)
                })
            });
            revoker.tell(work.await?);
            jobs::announce(&bus);
            Ok(())
        })
        .await
    }
}
