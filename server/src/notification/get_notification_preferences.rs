//! GetNotificationPreferences.

use super::{reach, service::Service};
use crate::{entity::notification_preference::Model, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn get_notification_preferences(&self, principal: &Principal) -> Result<Model, Problem> {
        reach::find_preferences(self.store.database.reader(), principal.college_id, principal.id).await
    }
}
