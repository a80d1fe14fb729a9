//! The job that mails somebody what is due, unless it is quiet by now, or no mail is wanted any more: takes all of it into one
//! letter → sends it → writes down that it went. Of several jobs of a person the first takes all, and the others find nothing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{detail::Detail, reach, rules, service::Service, store, text};
use crate::{
    identity,
    jobs::{self, End, Failure, Job},
    organisation,
};

pub const KIND: &str = "notification.mail";

/// Whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MailTo {
    pub college_id: Uuid,
    pub user_id: Uuid,
}

impl Service {
    pub(super) async fn send_mail(self: Arc<Self>, job: Job) -> Result<End, Failure> {
        let MailTo { college_id, user_id } = job.payload()?;
        let (job_id, now) = (job.id(), self.clock.now());
        let database = &self.store.database;
        let college = organisation::find_college(database, college_id).await?;
        let preferences = reach::find_preferences(database.reader(), college_id, user_id).await?;
        let goes_at = rules::may_go(&preferences, organisation::zone(&college.time_zone), now);
        if goes_at != Some(now) {
            let later = goes_at.map(|at| (MailTo { college_id, user_id }, at));
            let work = database.write(move |tx| {
                Box::pin(async move {
                    store::put_mail_off(tx, college_id, user_id, goes_at, now).await?;
                    jobs::insert_all_at(tx, KIND, later, now).await?;
                    job.finish(tx).await
                })
            });
            work.await?;
            return Ok(End::Finished);
        }
        let claim = database
            .write(move |tx| Box::pin(async move { store::claim_mail(tx, college_id, user_id, job_id, now).await }));
        let due = claim.await?;
        let account = identity::find_user(database.reader(), college_id, user_id).await?;
        let reachable = account.filter(|account| account.is_active && account.has_password());
        let (Some(account), false) = (reachable, due.is_empty()) else { return Ok(End::Done) };
        let said = |row: &crate::entity::notification::Model| {
            text::notification(college.language, row.kind, &Detail::from_json(&row.detail))
        };
        let texts: Vec<_> = due.iter().map(said).collect();
        let letter = text::letter(college.language, &college.name, account.email, &texts);
        self.mailer.send(letter, job_id, now).await?;
        metrics::counter!("rollcall_mails_total").increment(1);
        let ids = due.iter().map(|row| row.id).collect();
        let work = database.write(move |tx| {
            Box::pin(async move {
                store::mark_mailed(tx, college_id, job_id, ids, now).await?;
                job.finish(tx).await
            })
        });
        work.await?;
        Ok(End::Finished)
    }
}
