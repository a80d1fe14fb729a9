//! GetUser.

use uuid::Uuid;

use super::{service::Service, store};
use crate::{entity::user, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn get_user(&self, principal: &Principal, id: Uuid) -> Result<user::Model, Problem> {
        store::find(&self.store.database, principal.college_id, id).await
    }
}
