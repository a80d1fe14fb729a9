//! What settles days when nobody reads them, so that whoever does waits for little.

use chrono::TimeDelta;

use super::settle;
use crate::{
    entity::unsettled_work,
    jobs::{Handler, Runner},
    problem::Problem,
    store::Database,
    workforce::service::Service,
};

const SETTLE: &str = "workforce.settle";
const SETTLE_EVERY: TimeDelta = TimeDelta::seconds(10);

impl Service {
    /// Gives a runner the handlers of this slice's jobs.
    pub fn handle_jobs(&self, runner: Runner) -> Runner {
        let database = self.store.database.clone();
        runner.handle(
            SETTLE,
            Handler::recurring(SETTLE_EVERY, move || {
                let database = database.clone();
                async move { settle_all(&database).await }
            }),
        )
    }
}

async fn settle_all(database: &Database) -> Result<(), Problem> {
    let colleges = unsettled_work::colleges().all(database.reader()).await?;
    for college_id in colleges {
        settle(database, college_id, None).await?;
    }
    Ok(())
}
