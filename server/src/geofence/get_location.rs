//! GetLocation: everyone may see every location of their college.

use uuid::Uuid;

use super::{service::Service, store};
use crate::{entity::location, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn get_location(&self, principal: &Principal, id: Uuid) -> Result<location::Model, Problem> {
        store::find(&self.store.database, principal.college_id, id).await
    }
}
