//! Employees to try things out with, and their last seven days: ordinary ones, a night watch, and an evening on which somebody forgot to
//! punch out.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;
use rollcall_proto::v1::{CreatePunchRequest, punch::EventType};
use sea_orm::PaginatorTrait as _;
use uuid::Uuid;

use super::{
    keep,
    read::{self, By},
    store,
};
use crate::{
    entity::{college, employee},
    organisation,
    problem::Problem,
    store::Database,
};

const EMPLOYEES: [(&str, &str); 6] = [
    ("Receptionist", "Front desk"),
    ("Librarian", "Library"),
    ("Caretaker", "Facilities"),
    ("Night watch", "Facilities"),
    ("Accountant", "Office"),
    ("Registrar", "Office"),
];
/// Who comes in the evening and goes in the morning.
const AT_NIGHT: usize = 3;
const DAYS: u64 = 7;

/// Makes them where the college has nobody who works.
pub async fn prepare(database: &Database, college: &college::Model, now: DateTime<Utc>) -> Result<(), Problem> {
    let college_id = college.id;
    if employee::in_college(college_id).count(database.reader()).await? > 0 {
        return Ok(());
    }
    let made = EMPLOYEES.map(|(name, department)| employee::Model {
        college_id,
        id: Uuid::now_v7(),
        name: name.to_owned(),
        department: department.to_owned(),
        external_id: None,
        time_zone: None,
        location_id: None,
        is_active: true,
        created_at: now,
        updated_at: now,
    });
    let ids = made.each_ref().map(|employee| employee.id);
    let work = database.write(move |tx| {
        Box::pin(async move {
            for employee in made {
                store::insert_employee(tx, employee).await?;
            }
            Ok(())
        })
    });
    work.await?;
    let zone = organisation::zone(&college.time_zone);
    let today = now.with_timezone(&zone).date_naive();
    let mut punches = Vec::new();
    for back in (0..DAYS).rev() {
        let date = today.checked_sub_days(Days::new(back)).unwrap_or(today);
        for (number, id) in ids.iter().enumerate() {
            let [begin, end] = times(number, date, back, zone);
            let events = [(EventType::In, begin), (EventType::Out, end)].into_iter();
            let events = events.filter_map(|(event_type, at)| at.filter(|at| *at <= now).map(|at| (event_type, at)));
            for (event_type, at) in events {
                let request = CreatePunchRequest {
                    employee_id: id.to_string(),
                    event_type: event_type.into(),
                    event_time: at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false),
                    ..CreatePunchRequest::default()
                };
                let punch = read::punch(By { college_id, recorded_by: None }, request, now).map_err(read::refused)?;
                punches.push(Arc::new(punch));
            }
        }
    }
    keep::store(database, punches).await?;
    Ok(())
}

/// When somebody comes and goes on a day: some minutes otherwise every day.
fn times(number: usize, date: NaiveDate, back: u64, zone: Tz) -> [Option<DateTime<Utc>>; 2] {
    let minutes = i64::try_from((number as u64 * 7 + back * 11) % 25).unwrap_or(0);
    let at = |day: NaiveDate, hour: i64, minute: i64| {
        let wall = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(hour * 60 + minute);
        wall.and_local_timezone(zone).earliest().map(|at| at.with_timezone(&Utc))
    };
    if number == AT_NIGHT {
        return [at(date, 22, minutes), at(date, 30, minutes)];
    }
    // Somebody forgot it, three days ago.
    let forgot = back == 3 && number == 0;
    [at(date, 8, 50 + minutes), at(date, 17, 30 - minutes).filter(|_| !forgot)]
}
