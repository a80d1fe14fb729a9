//! Bringing work days up to date: read whose are noted → some at a time, lock their notes, derive, and take the notes away.

use std::sync::Arc;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::LockType,
};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::derive::derive;
use crate::{
    entity::{
        employee,
        unsettled_work::{self, Column, Model as Unsettled},
    },
    organisation,
    problem::Problem,
    store::{Database, Tx},
};

/// So many employees in one transaction, which on SQLite nobody else writes beside.
const AT_ONCE: usize = 32;
/// So many settle side by side, whoever waits for them: other transactions have to get their turns too.
const SETTLERS: usize = 2;
/// A history of a century. Only somebody who goes on sending old punches while it is settled makes more of it.
const MOST_PARTS: usize = 100;

/// What settles days.
#[derive(Clone)]
pub struct Settler {
    database: Database,
    turns: Arc<Semaphore>,
}

impl Settler {
    pub fn new(database: &Database) -> Self {
        Self { database: database.clone(), turns: Arc::new(Semaphore::new(SETTLERS)) }
    }

    /// Brings the days of a college, or of one of its employees, up to what was answered before. What comes while this goes on is for
    /// the next one: who reads waits for nobody who goes on writing.
    pub async fn settle(&self, college_id: Uuid, employee_id: Option<Uuid>) -> Result<(), Problem> {
        let mut noted = unsettled_work::in_college(college_id);
        if let Some(id) = employee_id {
            noted = noted.filter(Column::EmployeeId.eq(id));
        }
        let noted = noted.select_only().column(Column::EmployeeId).order_by_asc(Column::EmployeeId);
        let noted: Vec<Uuid> = noted.into_tuple().all(self.database.reader()).await?;
        for some in noted.chunks(AT_ONCE) {
            let mut left = some.to_vec();
            for _ in 0..MOST_PARTS {
                if left.is_empty() {
                    break;
                }
                let _turn = self.turns.acquire().await.map_err(Problem::internal)?;
                let work =
                    self.database.write(move |tx| Box::pin(async move { settle_some(tx, college_id, left).await }));
                left = work.await?;
            }
        }
        Ok(())
    }

    /// The same for every college. One that cannot be settled holds up none of the others.
    pub async fn settle_all(&self) -> Result<(), Problem> {
        let mut failed = Ok(());
        for college_id in unsettled_work::colleges().all(self.database.reader()).await? {
            failed = failed.and(self.settle(college_id, None).await);
        }
        failed
    }
}

/// Gives those of whom a part is left.
async fn settle_some(tx: &Tx, college_id: Uuid, wanted: Vec<Uuid>) -> Result<Vec<Uuid>, Problem> {
    // Held before the notes are, as whoever changes its zone does: the zone is what it is until the days are written.
    let college = organisation::hold_college(tx, college_id).await?;
    let noted: Vec<Unsettled> = unsettled_work::in_college(college_id)
        .filter(Column::EmployeeId.is_in(wanted))
        .order_by_asc(Column::EmployeeId)
        .lock(LockType::Update)
        .all(tx)
        .await?;
    let ids = || noted.iter().map(|note| note.employee_id);
    let employees = employee::in_college(college_id).filter(employee::Column::Id.is_in(ids())).all(tx).await?;
    let (mut done, mut left) = (Vec::new(), Vec::new());
    for employee in &employees {
        let Some(note) = noted.iter().find(|note| note.employee_id == employee.id) else { continue };
        let zone = organisation::zone(employee.time_zone.as_deref().unwrap_or(&college.time_zone));
        match derive(tx, employee, zone, note).await? {
            None => done.push(employee.id),
            Some(rest) => {
                let rest = Unsettled { from_micros: rest.timestamp_micros(), ..note.clone() };
                rest.into_active_model().reset_all().update(tx).await?;
                left.push(employee.id);
            }
        }
    }
    unsettled_work::delete_in_college(college_id).filter(Column::EmployeeId.is_in(done)).exec(tx).await?;
    Ok(left)
}
