//! WorkforceService.

use std::sync::Arc;

use rollcall_proto::v1::{
    CorrectPunchRequest, CreateEmployeeRequest, CreatePunchRequest, CreatePunchesRequest, CreatePunchesResponse,
    Employee, GetDailySummaryRequest, GetDailySummaryResponse, GetEmployeeRequest, GetWorkHoursRequest,
    GetWorkHoursResponse, ListEmployeesRequest, ListEmployeesResponse, ListPunchesRequest, ListPunchesResponse, Punch,
    StreamPunchesRequest, StreamPunchesResponse, UpdateEmployeeRequest, workforce_service_server::WorkforceService,
};
use tonic::{Request, Response, Status, Streaming};

use super::{convert::employee_to_proto, days::Settler, keep::Keeper};
use crate::{
    clock::Clock, contract::Contract, convert, keys::Keys, lease::Leases, origin::Origin, principal::Principal,
    store::Store,
};

/// What working time needs.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
    pub contract: Arc<Contract>,
    pub keeper: Keeper,
    pub settler: Settler,
    pub leases: Leases,
}

#[tonic::async_trait]
impl WorkforceService for Service {
    async fn list_employees(
        &self,
        request: Request<ListEmployeesRequest>,
    ) -> Result<Response<ListEmployeesResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_employees(&principal, request.into_inner()).await?))
    }

    async fn get_employee(&self, request: Request<GetEmployeeRequest>) -> Result<Response<Employee>, Status> {
        let principal = Principal::of(&request)?;
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(employee_to_proto(self.get_employee(&principal, id).await?)))
    }

    async fn create_employee(&self, request: Request<CreateEmployeeRequest>) -> Result<Response<Employee>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let made = self.create_employee(&principal, request.into_inner(), origin).await?;
        Ok(Response::new(employee_to_proto(made)))
    }

    async fn update_employee(&self, request: Request<UpdateEmployeeRequest>) -> Result<Response<Employee>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let changed = self.update_employee(&principal, request.into_inner(), origin).await?;
        Ok(Response::new(employee_to_proto(changed)))
    }

    async fn list_punches(
        &self,
        request: Request<ListPunchesRequest>,
    ) -> Result<Response<ListPunchesResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_punches(&principal, request.into_inner()).await?))
    }

    async fn create_punch(&self, request: Request<CreatePunchRequest>) -> Result<Response<Punch>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.create_punch(&principal, request.into_inner()).await?))
    }

    async fn create_punches(
        &self,
        request: Request<CreatePunchesRequest>,
    ) -> Result<Response<CreatePunchesResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.create_punches(&principal, request.into_inner()).await?))
    }

    async fn stream_punches(
        &self,
        request: Request<Streaming<StreamPunchesRequest>>,
    ) -> Result<Response<StreamPunchesResponse>, Status> {
        let (principal, lease) = (Principal::of(&request)?, self.leases.grant(&request)?);
        Ok(Response::new(self.stream_punches(&principal, request.into_inner(), &lease).await?))
    }

    async fn correct_punch(&self, request: Request<CorrectPunchRequest>) -> Result<Response<Punch>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(self.correct_punch(&principal, id, request.into_inner(), origin).await?))
    }

    async fn get_daily_summary(
        &self,
        request: Request<GetDailySummaryRequest>,
    ) -> Result<Response<GetDailySummaryResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.get_daily_summary(&principal, request.into_inner()).await?))
    }

    async fn get_work_hours(
        &self,
        request: Request<GetWorkHoursRequest>,
    ) -> Result<Response<GetWorkHoursResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.get_work_hours(&principal, request.into_inner()).await?))
    }
}
