//! UserService.

use rollcall_proto::v1::{
    CreateUserRequest, DeleteUserRequest, DeleteUserResponse, GetMeRequest, GetUserRequest, InviteUserRequest,
    InviteUserResponse, ListUsersRequest, ListUsersResponse, UpdateMeRequest, UpdateUserRequest, User,
    user_service_server::UserService,
};
use tonic::{Request, Response, Status};

use crate::{
    clock::Clock,
    convert,
    entity::user::Model,
    identity::{Outbox, Passwords, Revoker, to_proto},
    keys::Keys,
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::Store,
};

/// What managing people needs.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
    pub passwords: Passwords,
    pub revoker: Revoker,
    pub outbox: Outbox,
}

#[tonic::async_trait]
impl UserService for Service {
    async fn get_me(&self, request: Request<GetMeRequest>) -> Result<Response<User>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.tell(self.get_me(&principal).await?).await?))
    }

    async fn update_me(&self, request: Request<UpdateMeRequest>) -> Result<Response<User>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.tell(self.update_me(&principal, request.into_inner(), origin).await?).await?))
    }

    async fn list_users(&self, request: Request<ListUsersRequest>) -> Result<Response<ListUsersResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_users(&principal, request.into_inner()).await?))
    }

    async fn get_user(&self, request: Request<GetUserRequest>) -> Result<Response<User>, Status> {
        let principal = Principal::of(&request)?;
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(self.tell(self.get_user(&principal, id).await?).await?))
    }

    async fn create_user(&self, request: Request<CreateUserRequest>) -> Result<Response<User>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let made = self.create_user(&principal, request.into_inner(), origin).await?;
        // Nobody is enrolled who was just made.
        Ok(Response::new(to_proto(made, None)))
    }

    async fn invite_user(&self, request: Request<InviteUserRequest>) -> Result<Response<InviteUserResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        let expires_at = self.invite_user(&principal, id, origin).await?;
        Ok(Response::new(InviteUserResponse { expires_at: Some(convert::timestamp(expires_at)) }))
    }

    async fn update_user(&self, request: Request<UpdateUserRequest>) -> Result<Response<User>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.update_user(&principal, request.into_inner(), origin).await?))
    }

    async fn delete_user(&self, request: Request<DeleteUserRequest>) -> Result<Response<DeleteUserResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        self.delete_user(&principal, id, origin).await?;
        Ok(Response::new(DeleteUserResponse {}))
    }
}

impl Service {
    /// A person with the division that they belong to today.
    async fn tell(&self, person: Model) -> Result<User, Problem> {
        let (database, now) = (&self.store.database, self.clock.now());
        let division_id = organisation::current_division(database, person.college_id, person.id, now).await?;
        Ok(to_proto(person, division_id))
    }
}
