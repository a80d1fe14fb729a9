//! GetEmployee.

use uuid::Uuid;

use super::{service::Service, store};
use crate::{entity::employee, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn get_employee(&self, principal: &Principal, id: Uuid) -> Result<employee::Model, Problem> {
        store::find_employee(self.store.database.reader(), principal.college_id, id).await
    }
}
