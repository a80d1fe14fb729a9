//! Planning without anybody asking: of every college each hour, because days come nearer, and after each change of what is
//! planned by.

use chrono::{DateTime, TimeDelta, Utc};

use super::{COLLEGE, apply};
use crate::{
    audit,
    entity::college,
    jobs::{self, Failure, Job},
    organisation::{PLAN_SESSIONS, Planning},
    problem::{ErrorReason, Problem},
    store::Store,
};

/// The job that comes every hour.
pub const PLAN_ALL: &str = "session.plan_all";
pub const PLAN_ALL_EVERY: TimeDelta = TimeDelta::hours(1);

/// Has every college planned, each by a job of its own.
pub async fn plan_all(store: &Store, now: DateTime<Utc>) -> Result<(), Problem> {
    let colleges = college::every().all(store.database.reader()).await?;
    let planning = |college: college::Model| Planning { college_id: college.id, timetable_id: None };
    let jobs: Vec<_> = colleges.into_iter().filter(|college| college.plan_horizon_days > 0).map(planning).collect();
    store
        .database
        .write(move |tx| Box::pin(async move { jobs::insert_all(tx, PLAN_SESSIONS, jobs, now).await }))
        .await?;
    jobs::announce(&store.bus);
    Ok(())
}

/// Does the job of one college.
pub async fn plan_one(store: &Store, job: &Job, now: DateTime<Utc>) -> Result<(), Failure> {
    let planning: Planning = job.payload()?;
    let row = audit::Row::new(planning.college_id, "sessions.planned", now).object(COLLEGE, planning.college_id);
    match apply::plan(store, planning, &row, now).await {
        Ok(_) => Ok(()),
        Err(gone) if gone.reason == ErrorReason::NotFound => Ok(()),
        Err(problem) => Err(problem.into()),
    }
}
