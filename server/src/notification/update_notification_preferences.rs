//! UpdateNotificationPreferences: what was said, or the defaults → what is named of it → written.

use rollcall_proto::v1::UpdateNotificationPreferencesRequest;

use super::{
    preferences::{self, WRITABLE},
    reach,
    service::Service,
};
use crate::{
    audit, entity::notification_preference::Model, mask::Mask, origin::Origin, principal::Principal, problem::Problem,
};

impl Service {
    pub(super) async fn update_notification_preferences(
        &self,
        principal: &Principal,
        request: UpdateNotificationPreferencesRequest,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let mask = Mask::read(request.update_mask.as_ref(), WRITABLE)?;
        let wanted = request.preferences.unwrap_or_default();
        let (college_id, user_id, now) = (principal.college_id, principal.id, self.clock.now());
        let row =
            audit::Row::by(principal, &origin, "user.notification_preferences_updated", now).object("user", user_id);
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    // Two changes of one person, one after the other: each keeps what the other one names.
                    reach::lock_person(tx, college_id, user_id).await?;
                    let before = reach::find_preferences(tx, college_id, user_id).await?;
                    let changed = preferences::change(&before, &wanted, &mask, now)?;
                    reach::put_preferences(tx, changed.clone()).await?;
                    audit::insert(tx, row).await?;
                    Ok(changed)
                })
            })
            .await
    }
}
