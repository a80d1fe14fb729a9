//! SetGuardians: the new addresses in place of the old ones. The audit keeps how many there are and not which.

use serde_json::json;
use uuid::Uuid;

use super::{reach, service::Service};
use crate::{audit, entity::user::Role, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn set_guardians(
        &self,
        principal: &Principal,
        student_id: Uuid,
        emails: Vec<String>,
        origin: Origin,
    ) -> Result<Vec<String>, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let mut emails: Vec<String> = emails.into_iter().map(|email| email.to_lowercase()).collect();
        emails.sort_unstable();
        emails.dedup();
        let row = audit::Row::by(principal, &origin, "user.guardians_set", now)
            .object("user", student_id)
            .detail(json!({"count": emails.len()}));
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    if reach::lock_person(tx, college_id, student_id).await?.role != Role::Student {
                        return Err(Problem::not_found("user"));
                    }
                    reach::replace_guardians(tx, college_id, student_id, &emails, now).await?;
                    audit::insert(tx, row).await?;
                    Ok(emails)
                })
            })
            .await
    }
}
