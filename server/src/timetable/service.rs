//! TimetableService.

use rollcall_proto::v1::{
    CreateTimetableRequest, DeleteTimetableRequest, DeleteTimetableResponse, GetTimetableRequest,
    ListDivisionTimetableRequest, ListDivisionTimetableResponse, ListMyScheduleRequest, ListMyScheduleResponse,
    ListTimetablesRequest, ListTimetablesResponse, ListTodayRequest, ListTodayResponse, Timetable,
    UpdateTimetableRequest, timetable_service_server::TimetableService,
};
use tonic::{Request, Response, Status};

use super::convert::to_proto;
use crate::{clock::Clock, convert, keys::Keys, origin::Origin, principal::Principal, store::Store};

/// What timetables need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
}

#[tonic::async_trait]
impl TimetableService for Service {
    async fn create_timetable(&self, request: Request<CreateTimetableRequest>) -> Result<Response<Timetable>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.create_timetable(&principal, request.into_inner(), origin).await?)))
    }

    async fn get_timetable(&self, request: Request<GetTimetableRequest>) -> Result<Response<Timetable>, Status> {
        let principal = Principal::of(&request)?;
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.get_timetable(&principal, id).await?)))
    }

    async fn list_timetables(
        &self,
        request: Request<ListTimetablesRequest>,
    ) -> Result<Response<ListTimetablesResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_timetables(&principal, request.into_inner()).await?))
    }

    async fn update_timetable(&self, request: Request<UpdateTimetableRequest>) -> Result<Response<Timetable>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.update_timetable(&principal, request.into_inner(), origin).await?)))
    }

    async fn delete_timetable(
        &self,
        request: Request<DeleteTimetableRequest>,
    ) -> Result<Response<DeleteTimetableResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        self.delete_timetable(&principal, id, origin).await?;
        Ok(Response::new(DeleteTimetableResponse {}))
    }

    async fn list_division_timetable(
        &self,
        request: Request<ListDivisionTimetableRequest>,
    ) -> Result<Response<ListDivisionTimetableResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_division_timetable(&principal, request.into_inner()).await?))
    }

    async fn list_my_schedule(
        &self,
        request: Request<ListMyScheduleRequest>,
    ) -> Result<Response<ListMyScheduleResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_my_schedule(&principal, request.into_inner()).await?))
    }

    async fn list_today(&self, request: Request<ListTodayRequest>) -> Result<Response<ListTodayResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_today(&principal, request.into_inner()).await?))
    }
}
