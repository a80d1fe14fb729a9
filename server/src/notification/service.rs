//! NotificationService.

use rollcall_proto::v1::{
    GetGuardiansRequest, GetNotificationPreferencesRequest, Guardians, ListMyNotificationsRequest,
    ListMyNotificationsResponse, MarkNotificationsReadRequest, MarkNotificationsReadResponse, NotificationPreferences,
    SetGuardiansRequest, UpdateNotificationPreferencesRequest, notification_service_server::NotificationService,
};
use tonic::{Request, Response, Status};

use super::preferences;
use crate::{clock::Clock, convert, keys::Keys, mail::Mailer, origin::Origin, principal::Principal, store::Store};

/// What notifications need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
    pub mailer: Mailer,
}

#[tonic::async_trait]
impl NotificationService for Service {
    async fn list_my_notifications(
        &self,
        request: Request<ListMyNotificationsRequest>,
    ) -> Result<Response<ListMyNotificationsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_my_notifications(&principal, request.into_inner()).await?))
    }

    async fn mark_notifications_read(
        &self,
        request: Request<MarkNotificationsReadRequest>,
    ) -> Result<Response<MarkNotificationsReadResponse>, Status> {
        let principal = Principal::of(&request)?;
        let unread_count = self.mark_notifications_read(&principal, request.into_inner()).await?;
        Ok(Response::new(MarkNotificationsReadResponse { unread_count }))
    }

    async fn get_notification_preferences(
        &self,
        request: Request<GetNotificationPreferencesRequest>,
    ) -> Result<Response<NotificationPreferences>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(preferences::to_proto(&self.get_notification_preferences(&principal).await?)))
    }

    async fn update_notification_preferences(
        &self,
        request: Request<UpdateNotificationPreferencesRequest>,
    ) -> Result<Response<NotificationPreferences>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let changed = self.update_notification_preferences(&principal, request.into_inner(), origin).await?;
        Ok(Response::new(preferences::to_proto(&changed)))
    }

    async fn get_guardians(&self, request: Request<GetGuardiansRequest>) -> Result<Response<Guardians>, Status> {
        let principal = Principal::of(&request)?;
        let id = convert::id("user_id", &request.get_ref().user_id)?;
        let emails = self.get_guardians(&principal, id).await?;
        Ok(Response::new(Guardians { user_id: id.to_string(), emails }))
    }

    async fn set_guardians(&self, request: Request<SetGuardiansRequest>) -> Result<Response<Guardians>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let request = request.into_inner();
        let id = convert::id("user_id", &request.user_id)?;
        let emails = self.set_guardians(&principal, id, request.emails, origin).await?;
        Ok(Response::new(Guardians { user_id: id.to_string(), emails }))
    }
}
