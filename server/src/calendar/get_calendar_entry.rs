//! GetCalendarEntry: everyone may see the calendar of their college.

use uuid::Uuid;

use super::{service::Service, store};
use crate::{entity::calendar_entry::Model, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn get_calendar_entry(&self, principal: &Principal, id: Uuid) -> Result<Model, Problem> {
        store::find(&self.store.database, principal.college_id, id).await
    }
}
