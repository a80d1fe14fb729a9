//! What one-time passwords have done in the background.

use chrono::TimeDelta;

use super::{OneTimePasswords, send, store};
use crate::{
    clock::Clock,
    jobs::{Handler, Runner},
    mail::Mailer,
};

const PURGE: &str = "otp.purge";
const PURGE_EVERY: TimeDelta = TimeDelta::hours(1);
/// Far longer than anything in these rows counts.
const KEEP: TimeDelta = TimeDelta::days(1);

impl OneTimePasswords {
    /// Tells a runner how old rows are removed, and how passwords are sent.
    pub fn handle_jobs(&self, runner: Runner, mailer: &Mailer, clock: &Clock) -> Runner {
        let runner = send::handle_jobs(runner, self, mailer, clock);
        let (database, clock) = (self.database.clone(), clock.clone());
        let purge = Handler::recurring(PURGE_EVERY, move || {
            let (database, before) = (database.clone(), clock.now() - KEEP);
            async move { database.write(move |tx| Box::pin(async move { store::purge(tx, before).await })).await }
        });
        runner.handle(PURGE, purge)
    }
}
