//! The job that counts sessions which were completed before sessions were counted. The schema's step leaves it, because only the
//! server knows on which day a session was.

use std::time::{Duration, Instant};

use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, QueryFilter as _, QuerySelect as _, Statement, sea_query::LockType,
};
use uuid::Uuid;

use super::count::count;
use crate::{
    clock::Clock,
    entity::session,
    jobs::{self, End, Failure, Handler, Job, Runner},
    problem::Problem,
    store::Database,
};

/// The kind of the job, as the schema's step has it.
const FILL: &str = "tally.fill";

/// Well within what one try may take; then the job goes on as another one.
const TURN: Duration = Duration::from_secs(20);
const BATCH: usize = 50;

/// Gives a runner the handler of this slice's job.
pub fn handle_jobs(runner: Runner, database: &Database, clock: &Clock) -> Runner {
    let (database, clock) = (database.clone(), clock.clone());
    runner.handle(
        FILL,
        Handler::new(move |job| {
            let (database, clock) = (database.clone(), clock.clone());
            async move { fill(&database, &clock, job).await }
        }),
    )
}

/// Counts for a turn. What is counted already is not looked at again, so that a turn which broke off is lost by nobody.
async fn fill(database: &Database, clock: &Clock, job: Job) -> Result<End, Failure> {
    let begun = Instant::now();
    while begun.elapsed() < TURN {
        let sessions = uncounted(database).await?;
        if sessions.is_empty() {
            return Ok(End::Done);
        }
        // Each by itself: whoever corrects a record locks a session and then its division, and so does this.
        for (college_id, id) in sessions {
            let work = database.write(move |tx| {
                Box::pin(async move {
                    let found = session::in_college(college_id).filter(session::Column::Id.eq(id));
                    match found.lock(LockType::NoKeyUpdate).one(tx).await? {
                        Some(session) => count(tx, &session).await,
                        None => Ok(()),
                    }
                })
            });
            work.await?;
        }
    }
    let now = clock.now();
    database
        .write(move |tx| {
            Box::pin(async move {
                job.finish(tx).await?;
                jobs::insert(tx, FILL, &serde_json::json!({}), now).await
            })
        })
        .await?;
    Ok(End::Finished)
}

/// Some of those that are left, of any college, in one order, so that two servers wait for each other and not in a circle.
async fn uncounted(database: &Database) -> Result<Vec<(Uuid, Uuid)>, Problem> {
    let sql = format!(
        "SELECT s.college_id, s.id FROM sessions s
         WHERE s.state = 'COMPLETED' AND NOT EXISTS (
             SELECT 1 FROM session_tallies t WHERE t.college_id = s.college_id AND t.session_id = s.id)
         ORDER BY s.college_id, s.id LIMIT {BATCH}"
    );
    let reader = database.reader();
    let rows = reader.query_all_raw(Statement::from_string(reader.get_database_backend(), sql)).await?;
    rows.iter().map(|row| Ok((row.try_get("", "college_id")?, row.try_get("", "id")?))).collect()
}
