//! What settles days when nobody reads them, so that whoever does waits for little.

use chrono::TimeDelta;

use crate::{
    jobs::{Handler, Runner},
    workforce::service::Service,
};

const SETTLE: &str = "workforce.settle";
const SETTLE_EVERY: TimeDelta = TimeDelta::seconds(10);

impl Service {
    /// Gives a runner the handlers of this slice's jobs.
    pub fn handle_jobs(&self, runner: Runner) -> Runner {
        let settler = self.settler.clone();
        runner.handle(
            SETTLE,
            Handler::recurring(SETTLE_EVERY, move || {
                let settler = settler.clone();
                async move { settler.settle_all().await }
            }),
        )
    }
}
