//! GetApiKey.

use uuid::Uuid;

use super::{service::Service, store};
use crate::{entity::api_key::Model, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn get_api_key(&self, principal: &Principal, id: Uuid) -> Result<Model, Problem> {
        store::find(&self.store.database, principal.college_id, id).await
    }
}
