//! WorkforceService: employees, their punches, and the days and hours that follow from these.

mod batch;
mod corrections;
mod employees;
mod oracle;
mod punches;
mod simple_clients;
mod stream;
mod summaries;
mod year;

use chrono::{DateTime, Days, NaiveDate, Timelike as _, Utc};
use chrono_tz::{Asia::Kolkata, Tz};
use prost_types::FieldMask;
use rollcall_proto::v1::{
    CreateEmployeeRequest, CreatePunchRequest, DailySummaryRow, Employee, GetDailySummaryRequest, GetWorkHoursRequest,
    ListPunchesRequest, Punch, UpdateEmployeeRequest, WorkHoursRow, punch::EventType,
    workforce_service_client::WorkforceServiceClient,
};
use rollcall_tests::{
    Answer as _, Class,
    actor::{Actor, Wire},
};

fn workforce(actor: &Actor) -> WorkforceServiceClient<Wire> {
    WorkforceServiceClient::new(actor.wire())
}

/// Makes an employee whose days are the college's.
async fn employ(admin: &Actor, name: &str) -> Employee {
    employ_in(admin, name, "").await
}

/// Makes an employee whose days are counted in a zone.
async fn employ_in(admin: &Actor, name: &str, time_zone: &str) -> Employee {
    let request = CreateEmployeeRequest {
        name: name.to_owned(),
        time_zone: time_zone.to_owned(),
        ..CreateEmployeeRequest::default()
    };
    workforce(admin).create_employee(request).await.answer()
}

/// Asks for these fields of an employee to be as they are here.
fn change(employee: Employee, fields: &[&str]) -> UpdateEmployeeRequest {
    let paths = fields.iter().map(|field| (*field).to_owned()).collect();
    UpdateEmployeeRequest { employee: Some(employee), update_mask: Some(FieldMask { paths }) }
}

/// Has the days of an employee counted in another zone.
async fn move_to(admin: &Actor, employee: &Employee, time_zone: &str) {
    let moved = Employee { time_zone: time_zone.to_owned(), ..employee.clone() };
    workforce(admin).update_employee(change(moved, &["time_zone"])).await.answer();
}

fn punch(employee: &Employee, event_type: EventType, event_time: &str) -> CreatePunchRequest {
    CreatePunchRequest {
        employee_id: employee.id.clone(),
        event_type: event_type.into(),
        event_time: event_time.to_owned(),
        ..CreatePunchRequest::default()
    }
}

async fn send(admin: &Actor, request: CreatePunchRequest) -> Punch {
    workforce(admin).create_punch(request).await.answer()
}

/// Sends punches at these times of India's clocks.
async fn work(admin: &Actor, employee: &Employee, events: &[(EventType, NaiveDate, &str)]) -> Vec<Punch> {
    let mut sent = Vec::new();
    for (event_type, date, time) in events {
        sent.push(send(admin, punch(employee, *event_type, &at(*date, time))).await);
    }
    sent
}

/// A time of day in India.
fn at(date: NaiveDate, time: &str) -> String {
    format!("{date}T{time}+05:30")
}

/// Every punch that is found, page by page.
async fn punches(admin: &Actor, mut request: ListPunchesRequest) -> Vec<Punch> {
    let mut found = Vec::new();
    loop {
        let page = workforce(admin).list_punches(request.clone()).await.answer();
        found.extend(page.punches);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return found;
        }
    }
}

/// Every punch of an employee, the latest first.
async fn punches_of(admin: &Actor, employee: &Employee) -> Vec<Punch> {
    let request =
        ListPunchesRequest { page_size: 500, employee_id: Some(employee.id.clone()), ..ListPunchesRequest::default() };
    punches(admin, request).await
}

/// The hours of an employee in a year.
async fn hours(admin: &Actor, employee: &Employee) -> Vec<WorkHoursRow> {
    let request = GetWorkHoursRequest {
        days: Some(366),
        employee_id: Some(employee.id.clone()),
        ..GetWorkHoursRequest::default()
    };
    workforce(admin).get_work_hours(request).await.answer().rows
}

/// The same as days and sums.
async fn sums(admin: &Actor, employee: &Employee) -> Vec<(String, f64)> {
    hours(admin, employee).await.into_iter().map(|row| (row.date, row.hours)).collect()
}

/// The INs of an employee in a year.
async fn ins(admin: &Actor, employee: &Employee) -> Vec<DailySummaryRow> {
    let request = GetDailySummaryRequest {
        days: Some(366),
        employee_id: Some(employee.id.clone()),
        ..GetDailySummaryRequest::default()
    };
    workforce(admin).get_daily_summary(request).await.answer().rows
}

/// Today in the college.
fn today(class: &Class) -> NaiveDate {
    local(class.world.clock().now(), Kolkata)
}

/// A day before today.
fn days_ago(class: &Class, days: u64) -> NaiveDate {
    today(class) - Days::new(days)
}

fn local(time: DateTime<Utc>, zone: Tz) -> NaiveDate {
    time.with_timezone(&zone).date_naive()
}

/// Moves the clock on to ten in the morning in India, so that the test has hours before the day changes by itself.
async fn begin_the_day(class: &Class) {
    let passed = class.world.clock().now().with_timezone(&Kolkata).num_seconds_from_midnight();
    class.world.advance((34 * 3600 - i64::from(passed)) % 86_400).await;
}
