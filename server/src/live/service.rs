//! LiveService.

use std::pin::Pin;

use futures_util::Stream;
use rollcall_proto::v1::{
    AttendanceEvent, NotificationEvent, WatchAttendanceRequest, WatchNotificationsRequest,
    live_service_server::LiveService,
};
use tonic::{Request, Response, Status};

use super::{feed::Feeds, inboxes::Inboxes, listener::Right};
use crate::{convert, keys::Keys, lease::Leases, principal::Principal, session, store::Store};

/// What live streams need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub keys: Keys,
    pub feeds: Feeds,
    pub inboxes: Inboxes,
    pub leases: Leases,
}

#[tonic::async_trait]
impl LiveService for Service {
    type WatchAttendanceStream = Pin<Box<dyn Stream<Item = Result<AttendanceEvent, Status>> + Send>>;

    async fn watch_attendance(
        &self,
        request: Request<WatchAttendanceRequest>,
    ) -> Result<Response<Self::WatchAttendanceStream>, Status> {
        let (principal, lease) = (Principal::of(&request)?, self.leases.grant(&request)?);
        let request = request.into_inner();
        let session_id = convert::id("session_id", &request.session_id)?;
        let session = session::find_for_staff(&self.store, &principal, session_id).await?;
        let after = self.position(&session, &request.resume_token)?;
        Ok(Response::new(self.watch_attendance(Right { lease, principal }, session, after)))
    }

    type WatchNotificationsStream = Pin<Box<dyn Stream<Item = Result<NotificationEvent, Status>> + Send>>;

    async fn watch_notifications(
        &self,
        request: Request<WatchNotificationsRequest>,
    ) -> Result<Response<Self::WatchNotificationsStream>, Status> {
        let (principal, lease) = (Principal::of(&request)?, self.leases.grant(&request)?);
        let position = self.notification_position(&principal, &request.get_ref().resume_token)?;
        Ok(Response::new(self.watch_notifications(lease, principal, position)))
    }
}
