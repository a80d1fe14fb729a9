//! CalendarService.

use std::sync::Arc;

use rollcall_proto::v1::{
    CalendarEntry, CreateCalendarEntryRequest, DeleteCalendarEntryRequest, DeleteCalendarEntryResponse,
    GetCalendarEntryRequest, ImportCalendarEntriesRequest, ImportCalendarEntriesResponse, ListCalendarEntriesRequest,
    ListCalendarEntriesResponse, UpdateCalendarEntryRequest, calendar_service_server::CalendarService,
};
use tonic::{Request, Response, Status};

use super::convert::to_proto;
use crate::{
    clock::Clock, contract::Contract, convert, import::Turns, keys::Keys, origin::Origin, principal::Principal,
    store::Store,
};

/// What the calendar needs.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
    /// The rules of fields, which hold for what a file says too.
    pub contract: Arc<Contract>,
    pub turns: Turns,
}

#[tonic::async_trait]
impl CalendarService for Service {
    async fn get_calendar_entry(
        &self,
        request: Request<GetCalendarEntryRequest>,
    ) -> Result<Response<CalendarEntry>, Status> {
        let principal = Principal::of(&request)?;
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.get_calendar_entry(&principal, id).await?)))
    }

    async fn list_calendar_entries(
        &self,
        request: Request<ListCalendarEntriesRequest>,
    ) -> Result<Response<ListCalendarEntriesResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_calendar_entries(&principal, request.into_inner()).await?))
    }

    async fn create_calendar_entry(
        &self,
        request: Request<CreateCalendarEntryRequest>,
    ) -> Result<Response<CalendarEntry>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.create_calendar_entry(&principal, request.into_inner(), origin).await?)))
    }

    async fn update_calendar_entry(
        &self,
        request: Request<UpdateCalendarEntryRequest>,
    ) -> Result<Response<CalendarEntry>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.update_calendar_entry(&principal, request.into_inner(), origin).await?)))
    }

    async fn delete_calendar_entry(
        &self,
        request: Request<DeleteCalendarEntryRequest>,
    ) -> Result<Response<DeleteCalendarEntryResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        self.delete_calendar_entry(&principal, id, origin).await?;
        Ok(Response::new(DeleteCalendarEntryResponse {}))
    }

    async fn import_calendar_entries(
        &self,
        request: Request<ImportCalendarEntriesRequest>,
    ) -> Result<Response<ImportCalendarEntriesResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.import_calendar_entries(&principal, request.into_inner(), origin).await?))
    }
}
