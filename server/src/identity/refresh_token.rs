//! RefreshToken: find the family → decide → rotate, repeat or revoke → answer.

use chrono::TimeDelta;

use super::{
    login::SignIn,
    refresh::{self, Exchange, RefreshToken},
    service::{Origin, Service},
    store,
};
use crate::{
    audit,
    entity::{refresh_token_family::Model as Family, token_revocation},
    problem::{ErrorReason, Problem},
    store::Notice,
};

impl Service {
    pub(super) async fn exchange(&self, text: &str, device_id: String, origin: Origin) -> Result<SignIn, Problem> {
        let token = RefreshToken::parse(text).ok_or_else(invalid)?;
        // Two that present the same token at once: one rotates, the other finds it spent a moment ago and repeats.
        for _ in 0..3 {
            let family = store::find_family(self.store.database.reader(), token.college_id, token.family_id)
                .await?
                .ok_or_else(invalid)?;
            let now = self.clock.now();
            match refresh::decide(&token, &device_id, &family, now) {
                Exchange::Rotate => {
                    let next = self.successor(&family, family.generation + 1);
                    let guarded = family.clone();
                    let rotated = self
                        .store
                        .database
                        .write(move |tx| Box::pin(async move { store::rotate(tx, &guarded, &next, now).await }))
                        .await?;
                    if rotated {
                        return self.answer_family(&family, &next).await;
                    }
                }
                Exchange::Repeat => {
                    return self.answer_family(&family, &self.successor(&family, family.generation)).await;
                }
                Exchange::Reuse => {
                    self.revoke(&family, "refresh_token.reused", origin).await?;
                    return Err(invalid());
                }
                Exchange::Refuse => return Err(invalid()),
            }
        }
        Err(Problem::unavailable("a refresh token was exchanged by many at once"))
    }

    /// Ends a sign-in: its refresh tokens, and its access tokens that still live.
    pub(super) async fn revoke(&self, family: &Family, action: &'static str, origin: Origin) -> Result<(), Problem> {
        let now = self.clock.now();
        let life = TimeDelta::from_std(self.tokens.life()).map_err(Problem::internal)?;
        let (college_id, id) = (family.college_id, family.id);
        let revocation =
            token_revocation::Model { college_id, subject_id: id, revoked_at: now, expires_at: now + life };
        let row = audit::Row::new(college_id, action, now).actor(family.user_id).object("sign_in", id).from(&origin);
        let stored = revocation.clone();
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    store::revoke_family(tx, college_id, id, now).await?;
                    store::insert_revocation(tx, &stored).await?;
                    audit::insert(tx, row).await
                })
            })
            .await?;
        self.revocations.note(&revocation);
        self.store.bus.announce(Notice::TokenRevoked { college_id, subject_id: id });
        Ok(())
    }

    fn successor(&self, family: &Family, generation: i32) -> RefreshToken {
        RefreshToken::derive(&self.keys.refresh_token, family.college_id, family.id, generation)
    }

    async fn answer_family(&self, family: &Family, token: &RefreshToken) -> Result<SignIn, Problem> {
        let user = store::find_user(self.store.database.reader(), family.college_id, family.user_id)
            .await?
            .filter(|user| user.is_active)
            .ok_or_else(invalid)?;
        self.answer_for(user, family.id, token)
    }
}

fn invalid() -> Problem {
    Problem::new(ErrorReason::RefreshTokenInvalid, "The refresh token is not valid any more. Sign in again.")
}
