//! What this slice does in the background.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{
    deliver::{self, Lane},
    service::Service,
    store,
};
use crate::jobs::{Handler, Runner};

const PURGE: &str = "webhook.purge";
const PURGE_EVERY: TimeDelta = TimeDelta::hours(1);
const KEEP: TimeDelta = TimeDelta::days(30);

impl Service {
    /// Gives a runner the handlers of this slice's jobs.
    pub fn handle_jobs(&self, runner: Runner) -> Runner {
        let service = Arc::new(self.clone());
        let [first, again, purge] = std::array::from_fn(|_| Arc::clone(&service));
        let [lane, later] = [deliver::FIRST, deliver::AGAIN].map(Lane::new);
        runner
            .handle(deliver::FIRST, Handler::wide(move |job| Arc::clone(&first).deliver(lane.clone(), job)))
            .handle(deliver::AGAIN, Handler::wide(move |job| Arc::clone(&again).deliver(later.clone(), job)))
            .handle(
                PURGE,
                Handler::recurring(PURGE_EVERY, move || {
                    let (database, before) = (purge.store.database.clone(), purge.clock.now() - KEEP);
                    async move { store::purge(&database, before).await }
                }),
            )
    }
}
