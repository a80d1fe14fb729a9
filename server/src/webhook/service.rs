//! WebhookService.

use rollcall_proto::v1::{
    CreateWebhookRequest, DeleteWebhookRequest, DeleteWebhookResponse, GetWebhookRequest, ListWebhookDeliveriesRequest,
    ListWebhookDeliveriesResponse, ListWebhooksRequest, ListWebhooksResponse, RedeliverWebhookRequest,
    RotateWebhookSecretRequest, UpdateWebhookRequest, Webhook, WebhookDelivery, WebhookWithSecret,
    webhook_service_server::WebhookService,
};
use tonic::{Request, Response, Status};

use super::{
    address::Gate,
    convert::{delivery_to_proto, to_proto},
};
use crate::{caching, clock::Clock, convert, keys::Keys, origin::Origin, principal::Principal, settings, store::Store};

/// What webhooks need.
#[derive(Clone)]
pub struct Service {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) keys: Keys,
    pub(super) gate: Gate,
}

impl Service {
    pub fn new(store: Store, clock: Clock, keys: Keys, options: &settings::Webhooks) -> Self {
        Self { store, clock, keys, gate: Gate::new(options.allowed_networks.clone()) }
    }
}

#[tonic::async_trait]
impl WebhookService for Service {
    async fn list_webhooks(
        &self,
        request: Request<ListWebhooksRequest>,
    ) -> Result<Response<ListWebhooksResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_webhooks(&principal, request.into_inner()).await?))
    }

    async fn get_webhook(&self, request: Request<GetWebhookRequest>) -> Result<Response<Webhook>, Status> {
        let principal = Principal::of(&request)?;
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.get_webhook(&principal, id).await?)))
    }

    async fn create_webhook(
        &self,
        request: Request<CreateWebhookRequest>,
    ) -> Result<Response<WebhookWithSecret>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let mut response = Response::new(self.create_webhook(&principal, request.into_inner(), origin).await?);
        caching::forbid(response.metadata_mut());
        Ok(response)
    }

    async fn update_webhook(&self, request: Request<UpdateWebhookRequest>) -> Result<Response<Webhook>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.update_webhook(&principal, request.into_inner(), origin).await?)))
    }

    async fn delete_webhook(
        &self,
        request: Request<DeleteWebhookRequest>,
    ) -> Result<Response<DeleteWebhookResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        self.delete_webhook(&principal, id, origin).await?;
        Ok(Response::new(DeleteWebhookResponse {}))
    }

    async fn rotate_webhook_secret(
        &self,
        request: Request<RotateWebhookSecretRequest>,
    ) -> Result<Response<WebhookWithSecret>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        let mut response = Response::new(self.rotate_webhook_secret(&principal, id, origin).await?);
        caching::forbid(response.metadata_mut());
        Ok(response)
    }

    async fn list_webhook_deliveries(
        &self,
        request: Request<ListWebhookDeliveriesRequest>,
    ) -> Result<Response<ListWebhookDeliveriesResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_webhook_deliveries(&principal, request.into_inner()).await?))
    }

    async fn redeliver_webhook(
        &self,
        request: Request<RedeliverWebhookRequest>,
    ) -> Result<Response<WebhookDelivery>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let request = request.into_inner();
        let webhook_id = convert::id("webhook_id", &request.webhook_id)?;
        let id = convert::id("id", &request.id)?;
        Ok(Response::new(delivery_to_proto(self.redeliver_webhook(&principal, webhook_id, id, origin).await?)))
    }
}
