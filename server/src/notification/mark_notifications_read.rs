//! MarkNotificationsRead. It leaves no row in the audit: what somebody has read is nobody else's business.

use rollcall_proto::v1::MarkNotificationsReadRequest;

use super::{service::Service, store};
use crate::{convert, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn mark_notifications_read(
        &self,
        principal: &Principal,
        request: MarkNotificationsReadRequest,
    ) -> Result<i32, Problem> {
        let (college_id, user_id, now) = (principal.college_id, principal.id, self.clock.now());
        let ids = request.ids.iter().map(|id| convert::id("ids", id)).collect::<Result<Vec<_>, _>>()?;
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    store::mark_read(tx, college_id, user_id, ids, now).await?;
                    store::count_unread(tx, college_id, user_id).await
                })
            })
            .await
    }
}
