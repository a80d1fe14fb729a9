//! GetWebhook.

use uuid::Uuid;

use super::{service::Service, store};
use crate::{entity::webhook::Model, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn get_webhook(&self, principal: &Principal, id: Uuid) -> Result<Model, Problem> {
        store::find(self.store.database.reader(), principal.college_id, id).await
    }
}
