//! GetMe.

use super::{service::Service, store};
use crate::{entity::user, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn get_me(&self, principal: &Principal) -> Result<user::Model, Problem> {
        store::find(&self.store.database, principal.college_id, principal.id).await
    }
}
