//! What this slice does in the background.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{event, guardian_mail, mail, service::Service, store};
use crate::jobs::{Handler, Runner};

const PURGE: &str = "notification.purge";
const PURGE_EVERY: TimeDelta = TimeDelta::hours(1);
const KEEP: TimeDelta = TimeDelta::days(180);

impl Service {
    /// Gives a runner the handlers of this slice's jobs.
    pub fn handle_jobs(&self, runner: Runner) -> Runner {
        let service = Arc::new(self.clone());
        let [spread, mail, guardian, purge] = std::array::from_fn(|_| Arc::clone(&service));
        runner
            .handle(event::KIND, Handler::new(move |job| Arc::clone(&spread).spread(job)))
            .handle(mail::KIND, Handler::new(move |job| Arc::clone(&mail).send_mail(job)))
            .handle(guardian_mail::KIND, Handler::new(move |job| Arc::clone(&guardian).send_guardian_mail(job)))
            .handle(
                PURGE,
                Handler::recurring(PURGE_EVERY, move || {
                    let (database, before) = (purge.store.database.clone(), purge.clock.now() - KEEP);
                    async move { store::purge(&database, before).await }
                }),
            )
    }
}
