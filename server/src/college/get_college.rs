//! GetCollege.

use super::service::Service;
use crate::{entity::college, organisation, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn get_college(&self, principal: &Principal) -> Result<college::Model, Problem> {
        organisation::find_college(&self.store.database, principal.college_id).await
    }
}
