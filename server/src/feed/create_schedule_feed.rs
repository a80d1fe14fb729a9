//! CreateScheduleFeed: make a token → keep its hash in the place of the one before.

use rollcall_proto::v1::CreateScheduleFeedResponse;

use super::{RESOURCE, service::Service, store, token};
use crate::{
    audit, convert::timestamp, entity::schedule_feed::Model, origin::Origin, principal::Principal, problem::Problem,
};

impl Service {
    pub(super) async fn create(
        &self,
        principal: &Principal,
        origin: Origin,
    ) -> Result<CreateScheduleFeedResponse, Problem> {
        let (now, token) = (self.clock.now(), token::make());
        let feed = Model {
            college_id: principal.college_id,
            user_id: principal.id,
            token_hash: token::hash(&token),
            created_at: now,
        };
        let row = audit::Row::by(principal, &origin, "schedule_feed.created", now).object(RESOURCE, principal.id);
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    store::replace(tx, feed).await?;
                    audit::insert(tx, row).await
                })
            })
            .await?;
        let path = format!("/api/v1/timetables/feed/{token}");
        Ok(CreateScheduleFeedResponse { path, created_at: Some(timestamp(now)) })
    }
}
