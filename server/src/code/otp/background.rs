//! What one-time passwords have done in the background.

use chrono::TimeDelta;

use super::{OneTimePasswords, store};
use crate::{
    clock::Clock,
    jobs::{Handler, Runner},
};

const PURGE: &str = "otp.purge";
const PURGE_EVERY: TimeDelta = TimeDelta::hours(1);
/// Far longer than anything in these rows counts.
const KEEP: TimeDelta = TimeDelta::days(1);

impl OneTimePasswords {
    /// Tells a runner how old rows are removed.
    pub fn handle_jobs(&self, runner: Runner, clock: &Clock) -> Runner {
        let (database, clock) = (self.database.clone(), clock.clone());
        let purge = Handler::recurring(PURGE_EVERY, move || {
            let (database, before) = (database.clone(), clock.now() - KEEP);
            async move { database.write(move |tx| Box::pin(async move { store::purge(tx, before).await })).await }
        });
        runner.handle(PURGE, purge)
    }
}
