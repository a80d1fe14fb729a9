//! The days that a summary is of: settle → read → name.

use std::{cmp::Reverse, collections::HashMap};

use chrono::{Days, NaiveDate};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::{service::Service, store};
use crate::{
    convert,
    entity::{employee, work_day},
    organisation,
    principal::Principal,
    problem::{ErrorReason, Problem},
};

/// More would be no answer that a client reads in one piece.
const MOST_ROWS: u64 = 100_000;

/// Which days, and whose.
pub struct Wanted {
    /// So many, the last of which is today.
    pub days: i32,
    pub employee_id: Option<String>,
    pub department: Option<String>,
}

/// A day, and whose it is.
pub struct Named {
    pub employee_name: String,
    pub day: work_day::Model,
}

impl Service {
    /// The days, the latest first, and of each day by name; and the zone that today is of.
    pub(super) async fn list_days(
        &self,
        principal: &Principal,
        wanted: Wanted,
    ) -> Result<(Vec<Named>, String), Problem> {
        let (database, college_id) = (&self.store.database, principal.college_id);
        let employee_id = convert::optional_id("employee_id", wanted.employee_id.as_deref())?;
        if let Some(id) = employee_id {
            store::find_employee(database.reader(), college_id, id).await?;
        }
        self.settler.settle(college_id, employee_id).await?;
        let college = organisation::find_college(database, college_id).await?;
        let now = self.clock.now();
        let today = organisation::day_in(&college.time_zone, now);
        let back = u64::try_from(wanted.days - 1).unwrap_or(0);
        let first = today.checked_sub_days(Days::new(back)).unwrap_or(today);
        let mut names = employee::in_college(college_id);
        let mut query = work_day::in_college(college_id)
            .filter(work_day::Column::Date.gte(first))
            // Of those who are a day ahead of the college, too.
            .filter(work_day::Column::Date.lte(today.checked_add_days(Days::new(1)).unwrap_or(today)))
            .limit(MOST_ROWS + 1);
        if let Some(id) = employee_id {
            names = names.filter(employee::Column::Id.eq(id));
            query = query.filter(work_day::Column::EmployeeId.eq(id));
        }
        if let Some(department) = wanted.department {
            names = names.filter(employee::Column::Department.eq(department.clone()));
            let theirs = employee::in_college(college_id)
                .filter(employee::Column::Department.eq(department))
                .select_only()
                .column(employee::Column::Id);
            query = query.filter(work_day::Column::EmployeeId.in_subquery(sea_orm::QueryTrait::into_query(theirs)));
        }
        let rows = query.all(database.reader()).await?;
        if rows.len() as u64 > MOST_ROWS {
            let words = "These are more rows than one answer holds. Ask for fewer days, a department or an employee.";
            return Err(Problem::new(ErrorReason::TooManyRows, words).with("limit", MOST_ROWS));
        }
        let columns = [employee::Column::Id, employee::Column::Name, employee::Column::TimeZone];
        let names = names.select_only().columns(columns).into_tuple::<(Uuid, String, Option<String>)>();
        let names = names.all(database.reader()).await?.into_iter();
        let names: HashMap<Uuid, (String, NaiveDate)> = names
            .map(|(id, name, zone)| {
                (id, (name, zone.map_or(today, |zone| organisation::day_in(&zone, now)).max(today)))
            })
            .collect();
        // Who has left the department between the two readings has no name here, and no row.
        let named = |day: work_day::Model| {
            let (name, last) = names.get(&day.employee_id)?;
            (day.date <= *last).then(|| Named { employee_name: name.clone(), day })
        };
        let mut found: Vec<Named> = rows.into_iter().filter_map(named).collect();
        found.sort_by(|one, other| {
            let key = |named: &Named| Reverse(named.day.date);
            let name = one.employee_name.cmp(&other.employee_name);
            key(one).cmp(&key(other)).then(name).then(one.day.employee_id.cmp(&other.day.employee_id))
        });
        Ok((found, college.time_zone))
    }
}
