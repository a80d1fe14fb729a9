//! What sessions have done in the background.

use super::{
    plan::{PLAN_ALL, PLAN_ALL_EVERY, plan_all, plan_one},
    service::Service,
    sweep::{SWEEP, SWEEP_EVERY, sweep},
};
use crate::{
    jobs::{End, Handler, Runner},
    organisation::PLAN_SESSIONS,
};

impl Service {
    /// Tells a runner how the jobs of sessions are done.
    pub fn handle_jobs(&self, runner: Runner) -> Runner {
        let (one, all, over) = (self.clone(), self.clone(), self.clone());
        let plan = Handler::new(move |job| {
            let service = one.clone();
            async move { plan_one(&service.store, &job, service.clock.now()).await.map(|()| End::Done) }
        });
        let every_hour = Handler::recurring(PLAN_ALL_EVERY, move || {
            let service = all.clone();
            async move { plan_all(&service.store, service.clock.now()).await }
        });
        let overdue = Handler::recurring(SWEEP_EVERY, move || {
            let service = over.clone();
            async move { sweep(&service.store, service.clock.now()).await }
        });
        runner.handle(PLAN_SESSIONS, plan).handle(PLAN_ALL, every_hour).handle(SWEEP, overdue)
    }
}
