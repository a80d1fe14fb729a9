//! Storing punches within a transaction: as SQLite always does it, and PostgreSQL where something else is to be committed with them.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, QueryFilter as _, QuerySelect as _, QueryTrait as _, sea_query::OnConflict,
};
use uuid::Uuid;

use super::Outcome;
use crate::{
    entity::{
        employee, location,
        punch::{self, Model as Punch},
    },
    problem::Problem,
    store::Tx,
    workforce::days,
};

pub async fn store(tx: &Tx, punches: &[Arc<Punch>]) -> Result<Vec<Outcome>, Problem> {
    let mut colleges: BTreeMap<Uuid, Vec<&Arc<Punch>>> = BTreeMap::new();
    for punch in punches {
        colleges.entry(punch.college_id).or_default().push(punch);
    }
    let (mut missing, mut stored) = (HashMap::new(), HashSet::new());
    for (college_id, theirs) in colleges {
        let ids = theirs.iter().map(|punch| punch.employee_id);
        let found = employee::in_college(college_id).filter(employee::Column::Id.is_in(ids));
        let employees = found.select_only().column(employee::Column::Id).into_tuple::<Uuid>().all(tx).await?;
        let ids = theirs.iter().filter_map(|punch| punch.location_id);
        let found = location::in_college(college_id).filter(location::Column::Id.is_in(ids));
        let locations = found.select_only().column(location::Column::Id).into_tuple::<Uuid>().all(tx).await?;
        let lacking = |punch: &Punch| match punch.location_id {
            _ if !employees.contains(&punch.employee_id) => Some(Outcome::NoEmployee),
            Some(id) if !locations.contains(&id) => Some(Outcome::NoLocation),
            _ => None,
        };
        missing.extend(theirs.iter().filter_map(|punch| Some((punch.id, lacking(punch)?))));
        let whole = theirs.into_iter().filter(|punch| !missing.contains_key(&punch.id));
        stored.extend(insert(tx, college_id, whole.map(|punch| (**punch).clone()).collect()).await?);
    }
    let outcomes = punches.iter().map(|punch| {
        missing.get(&punch.id).copied().unwrap_or(match stored.contains(&punch.id) {
            true => Outcome::Stored,
            false => Outcome::Known,
        })
    });
    Ok(outcomes.collect())
}

/// Inserts what is not there yet, and tells the ids of what was inserted.
async fn insert(tx: &Tx, college_id: Uuid, punches: Vec<Punch>) -> Result<HashSet<Uuid>, Problem> {
    if punches.is_empty() {
        return Ok(HashSet::new());
    }
    let any_conflict = OnConflict::new().do_nothing().to_owned();
    let mut insert = punch::insert(punches.iter().cloned().map(Into::into)).on_conflict(any_conflict).into_query();
    insert.returning_col(punch::Column::Id);
    let rows = tx.query_all(&insert).await?;
    let inserted: HashSet<Uuid> =
        rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>().map_err(Problem::from)?;
    let stored = || punches.iter().filter(|punch| inserted.contains(&punch.id));
    let corrected = stored().filter_map(|punch| punch.corrects_id);
    let corrected = punch::in_college(college_id).filter(punch::Column::Id.is_in(corrected)).all(tx).await?;
    let mut spans: BTreeMap<Uuid, (i64, i64)> = BTreeMap::new();
    for punch in stored().chain(&corrected) {
        let at = punch.occurred_at.timestamp_micros();
        let span = spans.entry(punch.employee_id).or_insert((at, at));
        *span = (span.0.min(at), span.1.max(at));
    }
    days::outdate(tx, college_id, spans.into_iter().map(|(id, (from, until))| (id, from, until)).collect()).await?;
    Ok(inserted)
}
