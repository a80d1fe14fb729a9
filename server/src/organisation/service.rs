//! DivisionService.

use rollcall_proto::v1::{
    CreateDivisionRequest, DeleteDivisionRequest, DeleteDivisionResponse, Division, EndEnrolmentRequest,
    EndEnrolmentResponse, EnrolStudentRequest, Enrolment, GetDivisionRequest, ListDivisionStudentsRequest,
    ListDivisionStudentsResponse, ListDivisionsRequest, ListDivisionsResponse, UpdateDivisionRequest,
    division_service_server::DivisionService,
};
use tonic::{Request, Response, Status};

use crate::{
    clock::Clock, convert, entity::division::Model, keys::Keys, origin::Origin, principal::Principal, store::Store,
};

/// What divisions need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
}

#[tonic::async_trait]
impl DivisionService for Service {
    async fn create_division(&self, request: Request<CreateDivisionRequest>) -> Result<Response<Division>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.create_division(&principal, request.into_inner(), origin).await?)))
    }

    async fn get_division(&self, request: Request<GetDivisionRequest>) -> Result<Response<Division>, Status> {
        let principal = Principal::of(&request)?;
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.get_division(&principal, id).await?)))
    }

    async fn list_divisions(
        &self,
        request: Request<ListDivisionsRequest>,
    ) -> Result<Response<ListDivisionsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_divisions(&principal, request.into_inner()).await?))
    }

    async fn update_division(&self, request: Request<UpdateDivisionRequest>) -> Result<Response<Division>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.update_division(&principal, request.into_inner(), origin).await?)))
    }

    async fn delete_division(
        &self,
        request: Request<DeleteDivisionRequest>,
    ) -> Result<Response<DeleteDivisionResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        self.delete_division(&principal, id, origin).await?;
        Ok(Response::new(DeleteDivisionResponse {}))
    }

    async fn list_division_students(
        &self,
        request: Request<ListDivisionStudentsRequest>,
    ) -> Result<Response<ListDivisionStudentsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_division_students(&principal, request.into_inner()).await?))
    }

    async fn enrol_student(&self, request: Request<EnrolStudentRequest>) -> Result<Response<Enrolment>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.enrol_student(&principal, request.into_inner(), origin).await?))
    }

    async fn end_enrolment(
        &self,
        request: Request<EndEnrolmentRequest>,
    ) -> Result<Response<EndEnrolmentResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let EndEnrolmentRequest { division_id, student_id } = request.into_inner();
        let division_id = convert::id("division_id", &division_id)?;
        let student_id = convert::id("student_id", &student_id)?;
        self.end_enrolment(&principal, division_id, student_id, origin).await?;
        Ok(Response::new(EndEnrolmentResponse {}))
    }
}

pub fn to_proto(division: Model) -> Division {
    Division { id: division.id.to_string(), name: division.name, description: division.description }
}
