//! ChangePassword: check the new one → count → verify the current one → hash → replace it and end every other sign-in, if
//! nobody was faster → tell the replicas.

use std::time::Duration;

use rollcall_proto::v1::ChangePasswordRequest;

use super::{
    mailed,
    password_rules::{self, Owner},
    revoke::{Revoked, Revoker},
    service::Service,
    store,
};
use crate::{
    audit,
    entity::{college, user},
    jobs,
    origin::Origin,
    principal::Principal,
    problem::{ErrorReason, Problem},
    store::{Limit, detach},
};

impl Service {
    pub(super) async fn change(
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
        self.admit_try(principal).await?;
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let matches = self.passwords.verify(request.current_password, hash).await?;
        let Some(account) = account else { return Err(wrong()) };
        if !matches {
            self.note_refusal(&account, "password.refused", &origin);
            return Err(wrong());
        }
        let new_hash = self.passwords.hash(request.new_password).await?;
        self.replace_password(principal, account, new_hash, origin).await
    }

    /// Counts per account, from wherever: somebody may try who has found the phone unlocked. A new password that is refused
    /// is no try.
    async fn admit_try(&self, principal: &Principal) -> Result<(), Problem> {
        let Some(limit) = Limit::new("password", self.limits.login_per_minute, Duration::from_secs(60)) else {
            return Ok(());
        };
        let key = format!("{}:{}", principal.college_id, principal.id);
        self.store.limiter.count(limit, &key).await.admit()
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
        let revoker = Revoker::new(&self.tokens, self.revocations.clone(), self.store.bus.clone());
        let (database, bus, mailer) = (self.store.database.clone(), self.store.bus.clone(), self.mailer.clone());
        detach(async move {
            let writer = revoker.clone();
            let work = database.write(move |tx| {
                Box::pin(async move {
                    // Of many who know the same current password one changes it; to the others it is wrong by then. The row
                    // is locked from here on, so that a login with the old one is seen below or sees the new one.
                    let account = store::replace_password(tx, &account, new_hash, now).await?.ok_or_else(wrong)?;
                    let told = writer.revoke(tx, others, now).await?;
                    mailed::tell_changed(tx, &mailer, &account, now).await?;
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

fn wrong() -> Problem {
    Problem::new(ErrorReason::CredentialsInvalid, "The current password is another one.")
}
