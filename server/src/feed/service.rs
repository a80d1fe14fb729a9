//! ScheduleFeedService.

use rollcall_proto::{
    google::api::HttpBody,
    v1::{
        CreateScheduleFeedRequest, CreateScheduleFeedResponse, DeleteScheduleFeedRequest, DeleteScheduleFeedResponse,
        DownloadScheduleFeedRequest, GetScheduleFeedRequest, ScheduleFeed,
        schedule_feed_service_server::ScheduleFeedService,
    },
};
use tonic::{Request, Response, Status, metadata::MetadataValue};

use crate::{caching, clock::Clock, keys::Keys, origin::Origin, principal::Principal, store::Store};

/// Programs ask every few hours. Nobody but the one who asks keeps it, and not long: a link may be taken back.
const CACHE_CONTROL: &str = "private, max-age=300";

/// What feeds need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
}

#[tonic::async_trait]
impl ScheduleFeedService for Service {
    async fn create_schedule_feed(
        &self,
        request: Request<CreateScheduleFeedRequest>,
    ) -> Result<Response<CreateScheduleFeedResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let mut response = Response::new(self.create_schedule_feed(&principal, origin).await?);
        caching::forbid(response.metadata_mut());
        Ok(response)
    }

    async fn get_schedule_feed(
        &self,
        request: Request<GetScheduleFeedRequest>,
    ) -> Result<Response<ScheduleFeed>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.get_schedule_feed(&principal).await?))
    }

    async fn delete_schedule_feed(
        &self,
        request: Request<DeleteScheduleFeedRequest>,
    ) -> Result<Response<DeleteScheduleFeedResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        self.delete_schedule_feed(&principal, origin).await?;
        Ok(Response::new(DeleteScheduleFeedResponse {}))
    }

    async fn download_schedule_feed(
        &self,
        request: Request<DownloadScheduleFeedRequest>,
    ) -> Result<Response<HttpBody>, Status> {
        let mut response = Response::new(self.download_schedule_feed(&request.get_ref().token).await?);
        response.metadata_mut().insert("cache-control", MetadataValue::from_static(CACHE_CONTROL));
        Ok(response)
    }
}
