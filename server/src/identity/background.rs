//! What this slice does in the background.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{Service, forgot_password, mailed, register, store};
use crate::jobs::{Handler, Runner};

const PURGE: &str = "identity.purge";
const PURGE_EVERY: TimeDelta = TimeDelta::minutes(5);

impl Service {
    /// Gives a runner the handlers of this slice's jobs.
    pub fn handle_jobs(&self, runner: Runner) -> Runner {
        let service = Arc::new(self.clone());
        let [forgot, register, purge] = std::array::from_fn(|_| Arc::clone(&service));
        let send = |runner: Runner, kind| {
            let send = Arc::clone(&service);
            runner.handle(kind, Handler::new(move |job| Arc::clone(&send).send_mail(job)))
        };
        mailed::SEND
            .into_iter()
            .fold(runner, send)
            .handle(forgot_password::KIND, Handler::new(move |job| Arc::clone(&forgot).offer_resets(job)))
            .handle(register::KIND, Handler::new(move |job| Arc::clone(&register).offer_account(job)))
            .handle(
                PURGE,
                Handler::recurring(PURGE_EVERY, move || {
                    let (database, now) = (purge.store.database.clone(), purge.clock.now());
                    async move { store::purge(&database, now).await }
                }),
            )
    }
}
