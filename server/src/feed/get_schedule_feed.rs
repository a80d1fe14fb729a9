//! GetScheduleFeed: that there is one, never which.

use rollcall_proto::v1::ScheduleFeed;

use super::{service::Service, store};
use crate::{convert::timestamp, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn get_schedule_feed(&self, principal: &Principal) -> Result<ScheduleFeed, Problem> {
        let feed = store::find(&self.store.database, principal.college_id, principal.id).await?;
        Ok(ScheduleFeed { created_at: Some(timestamp(feed.created_at)) })
    }
}
