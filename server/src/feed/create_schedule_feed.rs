//! CreateScheduleFeed: make a token → keep its hash in the place of the one before → tell it once.

use rollcall_proto::v1::CreateScheduleFeedResponse;

use super::{
    RESOURCE,
    service::Service,
    store,
    token::{self, Token},
};
use crate::{
    audit, convert::timestamp, entity::schedule_feed::Model, origin::Origin, principal::Principal, problem::Problem,
};

impl Service {
    pub(super) async fn create_schedule_feed(
        &self,
        principal: &Principal,
        origin: Origin,
    ) -> Result<CreateScheduleFeedResponse, Problem> {
        let (college_id, user_id, now) = (principal.college_id, principal.id, self.clock.now());
        let token = Token::make(college_id, user_id);
        let text = token.text(&self.keys.schedule_feed);
        let row = audit::Row::by(principal, &origin, "schedule_feed.created", now).object(RESOURCE, user_id);
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    let owner = store::find_owner(tx, college_id, user_id).await?;
                    let owner = owner.ok_or_else(|| Problem::not_found("user"))?;
                    let feed = Model { college_id, user_id, token_hash: token.hash(&owner), created_at: now };
                    store::replace(tx, feed).await?;
                    audit::insert(tx, row).await
                })
            })
            .await?;
        let path = token::path(&text);
        Ok(CreateScheduleFeedResponse { path, created_at: Some(timestamp(now)), token: text })
    }
}
