//! The queries that store daily records. Unique keys decide who is first; whoever is not finds the row, locks it and replaces what it
//! says. Rows are inserted and locked in the order of their keys, by every replica.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait as _, DbErr, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    sea_query::{LockType, OnConflict},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    RESOURCE,
    writer::{Change, Entry, Stored},
};
use crate::{
    audit,
    entity::{
        daily_record::{self, Column, Model},
        employee,
    },
    problem::Problem,
    store::Tx,
};

/// Whose it is, and the day.
type Key = (Uuid, NaiveDate);

/// Stores entries and tells what became of each, in their order.
pub async fn put(tx: &Tx, entries: &[Arc<Entry>]) -> Result<Vec<Option<Stored>>, Problem> {
    let mut colleges: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        colleges.entry(entry.college_id()).or_default().push(place);
    }
    let mut stored = vec![None; entries.len()];
    for (college_id, places) in colleges {
        let of_college: Vec<Arc<Entry>> = places.iter().map(|place| entries[*place].clone()).collect();
        let told = put_in_college(tx, college_id, &of_college).await?;
        for (place, told) in places.into_iter().zip(told) {
            stored[place] = told;
        }
    }
    Ok(stored)
}

async fn put_in_college(tx: &Tx, college_id: Uuid, entries: &[Arc<Entry>]) -> Result<Vec<Option<Stored>>, Problem> {
    let mut deeds = Vec::new();
    let employees = find_or_make(tx, college_id, entries, &mut deeds).await?;
    let mut made: BTreeMap<Key, Model> = BTreeMap::new();
    for entry in entries {
        if let Some(employee) = employees.get(&entry.external_id) {
            made.entry((employee.id, entry.date)).or_insert_with(|| record(entry, employee.id));
        }
    }
    let inserted = insert(tx, made.values().cloned().collect()).await?;
    let (made, there): (BTreeMap<Key, Model>, BTreeMap<Key, Model>) =
        made.into_iter().partition(|(_, row)| inserted.contains(&row.id));
    let mut standing = lock(tx, college_id, there.into_keys().collect()).await?;

    let mut stored = Vec::with_capacity(entries.len());
    let mut changed: BTreeSet<Key> = BTreeSet::new();
    for entry in entries {
        let Some(employee) = employees.get(&entry.external_id) else {
            stored.push(None);
            continue;
        };
        let key = (employee.id, entry.date);
        let change = match standing.get_mut(&key) {
            Some(row) if row.status == entry.status => Change::None,
            Some(row) => {
                let replaced = Model { id: row.id, ..record(entry, employee.id) };
                let from = std::mem::replace(row, replaced).status;
                let detail = json!({"employee_id": employee.id, "date": entry.date, "from": from, "to": entry.status});
                deeds.push(deed(entry, "daily_record.replaced", RESOURCE, row.id, detail));
                changed.insert(key);
                Change::Replaced { from }
            }
            None => {
                let row = made.get(&key).ok_or_else(|| Problem::unavailable("a daily record is there and is not"))?;
                let detail = json!({"employee_id": employee.id, "date": entry.date, "status": entry.status});
                deeds.push(deed(entry, "daily_record.created", RESOURCE, row.id, detail));
                standing.insert(key, row.clone());
                Change::Made
            }
        };
        stored.push(Some(Stored { name: employee.name.clone(), change }));
    }
    for key in changed {
        if let Some(row) = standing.remove(&key) {
            row.into_active_model().reset_all().update(tx).await?;
        }
    }
    audit::insert_many(tx, deeds).await?;
    Ok(stored)
}

fn record(entry: &Entry, employee_id: Uuid) -> Model {
    Model {
        college_id: entry.college_id(),
        id: Uuid::now_v7(),
        employee_id,
        date: entry.date,
        kind: entry.kind,
        status: entry.status.clone(),
        entered_by: entry.entered_by(),
        entered_at: entry.now,
    }
}

fn deed(entry: &Entry, action: &str, resource: &str, id: Uuid, detail: Value) -> audit::Row {
    audit::Row::by(&entry.principal, &entry.origin, action, entry.now).object(resource, id).detail(detail)
}

/// The employees that entries are about, by what other systems call them. Who is not known is made, where there is a name.
async fn find_or_make(
    tx: &Tx,
    college_id: Uuid,
    entries: &[Arc<Entry>],
    deeds: &mut Vec<audit::Row>,
) -> Result<HashMap<String, employee::Model>, Problem> {
    let wanted: BTreeSet<String> = entries.iter().map(|entry| entry.external_id.clone()).collect();
    let mut found = find_employees(tx, college_id, wanted).await?;
    let mut made: BTreeMap<String, (Arc<Entry>, employee::Model)> = BTreeMap::new();
    for entry in entries {
        if !entry.name.is_empty() && !found.contains_key(&entry.external_id) {
            made.entry(entry.external_id.clone()).or_insert_with(|| (entry.clone(), employee_of(entry)));
        }
    }
    if made.is_empty() {
        return Ok(found);
    }
    let rows: Vec<employee::ActiveModel> = made.values().map(|(_, row)| row.clone().into()).collect();
    employee::insert(rows).on_conflict(OnConflict::new().do_nothing().to_owned()).exec_without_returning(tx).await?;
    // Somebody else may have made them at the same moment.
    let known = find_employees(tx, college_id, made.keys().cloned().collect()).await?;
    for (external_id, (entry, row)) in made {
        let is_ours = known.get(&external_id).is_some_and(|known| known.id == row.id);
        if is_ours {
            let detail = json!({"external_id": external_id});
            deeds.push(deed(&entry, "employee.created", "employee", row.id, detail));
        } else if !known.contains_key(&external_id) {
            return Err(Problem::unavailable("an employee lost their external id while a record of theirs came"));
        }
    }
    found.extend(known);
    Ok(found)
}

fn employee_of(entry: &Entry) -> employee::Model {
    employee::Model {
        college_id: entry.college_id(),
        id: Uuid::now_v7(),
        name: entry.name.clone(),
        department: String::new(),
        external_id: Some(entry.external_id.clone()),
        time_zone: None,
        location_id: None,
        is_active: true,
        created_at: entry.now,
        updated_at: entry.now,
    }
}

async fn find_employees(
    tx: &Tx,
    college_id: Uuid,
    external_ids: BTreeSet<String>,
) -> Result<HashMap<String, employee::Model>, Problem> {
    let named = employee::in_college(college_id).filter(employee::Column::ExternalId.is_in(external_ids));
    let rows = named.all(tx).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.external_id.clone()?, row))).collect())
}

/// Inserts the records of days that have none yet, and tells the ids of what was inserted.
async fn insert(tx: &Tx, rows: Vec<Model>) -> Result<HashSet<Uuid>, Problem> {
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let any_conflict = OnConflict::new().do_nothing().to_owned();
    let mut insert = daily_record::insert(rows.into_iter().map(Into::into)).on_conflict(any_conflict).into_query();
    insert.returning_col(Column::Id);
    let inserted = tx.query_all(&insert).await?;
    inserted.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, DbErr>>().map_err(Problem::from)
}

/// The records of days that have one, which nobody else can change before the transaction ends.
async fn lock(tx: &Tx, college_id: Uuid, keys: Vec<Key>) -> Result<HashMap<Key, Model>, Problem> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let named = keys.into_iter().fold(Condition::any(), |named, (employee_id, date)| {
        named.add(Condition::all().add(Column::EmployeeId.eq(employee_id)).add(Column::Date.eq(date)))
    });
    let rows = daily_record::in_college(college_id)
        .filter(named)
        .order_by_asc(Column::EmployeeId)
        .order_by_asc(Column::Date)
        .lock(LockType::NoKeyUpdate)
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| ((row.employee_id, row.date), row)).collect())
}
