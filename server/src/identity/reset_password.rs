//! ResetPassword: find what the token stands for → check the new password → hash → spend the token, replace the password and
//! end every sign-in, if nobody was faster → tell the replicas.

use rollcall_proto::v1::ResetPasswordRequest;

use super::{
    mailed::{self, AccountToken, accounts},
    password_rules::{self, Owner},
    revoke::Revoked,
    service::Service,
    store,
};
use crate::{
    audit,
    entity::account_token::Purpose,
    jobs, organisation,
    origin::Origin,
    problem::{ErrorReason, Problem},
    store::detach,
};

impl Service {
    pub(super) async fn reset_password(&self, request: ResetPasswordRequest, origin: Origin) -> Result<(), Problem> {
        let (now, reader) = (self.clock.now(), self.store.database.reader());
        let token = AccountToken::parse(&self.keys.account_token, &request.token)
            .filter(|token| token.purpose == Purpose::PasswordReset)
            .ok_or_else(invalid)?;
        let row = mailed::find(reader, &token, now).await?.ok_or_else(invalid)?;
        let user_id = row.user_id.ok_or_else(invalid)?;
        let account = store::find_user(reader, token.college_id, user_id).await?;
        let account = account.filter(|account| mailed::is_as_it_was(account, &row)).ok_or_else(invalid)?;
        let college = organisation::find_college(&self.store.database, token.college_id).await?;
        let owner = Owner { email: &account.email, college: &college.short_name };
        password_rules::check("new_password", &request.new_password, owner)?;
        let hash = self.passwords.hash(request.new_password).await?;

        let deed = audit::Row::new(token.college_id, "password.reset", now)
            .actor(account.id)
            .object("user", account.id)
            .from(&origin);
        let revoker = self.revoker();
        let (store, outbox) = (self.store.clone(), self.outbox.clone());
        detach(async move {
            let writer = revoker.clone();
            let work = store.database.write(move |tx| {
                Box::pin(async move {
                    // The account first, as everybody locks it who makes tokens of it.
                    let found = accounts::lock_user(tx, account.college_id, account.id).await?;
                    let account = found.filter(|found| mailed::is_as_it_was(found, &row)).ok_or_else(invalid)?;
                    if !mailed::spend(tx, &token, now).await? {
                        return Err(invalid());
                    }
                    store::replace_password(tx, &account, hash, now).await?.ok_or_else(invalid)?;
                    mailed::delete_all(tx, account.college_id, account.id).await?;
                    let told = writer.revoke(tx, Revoked::user(account.college_id, account.id)).await?;
                    mailed::tell_changed(tx, &outbox, &account, now).await?;
                    audit::insert(tx, deed).await?;
                    Ok(told)
                })
            });
            revoker.tell(work.await?);
            jobs::announce(&store.bus);
            Ok(())
        })
        .await
    }
}

/// Said alike of every token that is not good now.
pub fn invalid() -> Problem {
    Problem::new(ErrorReason::AccountTokenInvalid, "This link is not good any more. Ask for another mail.")
}
