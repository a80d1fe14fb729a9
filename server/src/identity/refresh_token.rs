//! RefreshToken: find the family → decide → rotate, repeat or revoke → answer.

use super::{
    family::{self, Exchange, RefreshToken},
    login::SignIn,
    revoke::Revoked,
    service::Service,
    store,
};
use crate::{
    entity::refresh_token_family::Model as Family,
    origin::Origin,
    problem::{ErrorReason, Problem},
};

impl Service {
    pub(super) async fn refresh_token(&self, text: &str, device_id: String, origin: Origin) -> Result<SignIn, Problem> {
        let token = RefreshToken::parse(&self.keys.refresh_token, text).ok_or_else(invalid)?;
        // Two that present the same token at once: one rotates, the other finds it spent a moment ago and repeats.
        for _ in 0..3 {
            let family = store::find_family(self.store.database.reader(), token.college_id, token.family_id)
                .await?
                .ok_or_else(invalid)?;
            let now = self.clock.now();
            match family::decide(&token, &device_id, &family, now) {
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
                    self.revoke(Revoked::of(&family), "refresh_token.reused", origin).await?;
                    return Err(invalid());
                }
                Exchange::Refuse => return Err(invalid()),
            }
        }
        Err(Problem::unavailable("a refresh token was exchanged by many at once"))
    }

    fn successor(&self, family: &Family, generation: i32) -> RefreshToken {
        RefreshToken::derive(&self.keys.refresh_token, family.college_id, family.id, generation)
    }

    async fn answer_family(&self, family: &Family, token: &RefreshToken) -> Result<SignIn, Problem> {
        let user = store::find_user(self.store.database.reader(), family.college_id, family.user_id)
            .await?
            .filter(|user| user.is_active)
            .ok_or_else(invalid)?;
        self.answer_for(user, family.id, token).await
    }
}

fn invalid() -> Problem {
    Problem::new(ErrorReason::RefreshTokenInvalid, "The refresh token is not valid any more. Sign in again.")
}
