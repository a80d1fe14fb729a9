//! SearchDailyRecords: the person and a page of their days by one statement, which sees both as they are at one moment.

use chrono::NaiveDate;
use rollcall_proto::v1::{SearchDailyRecordsRequest, SearchDailyRecordsResponse};
use sea_orm::{FromQueryResult, Statement, Value};

use super::{
    convert::{Span, to_proto},
    service::Service,
};
use crate::{page::Page, principal::Principal, problem::Problem};

/// A day of somebody who is known; without one, that they have none there.
#[derive(Clone, Debug, FromQueryResult)]
struct Row {
    name: String,
    date: Option<NaiveDate>,
    status: Option<String>,
}

/// A day of somebody.
struct Day {
    name: String,
    date: NaiveDate,
    status: String,
}

impl Service {
    pub(super) async fn search_daily_records(
        &self,
        principal: &Principal,
        request: SearchDailyRecordsRequest,
    ) -> Result<SearchDailyRecordsResponse, Problem> {
        let span = Span::read(request.from.as_deref(), request.to.as_deref())?;
        let filter = format!("{:?}{span:?}", request.id);
        let purpose: [&[u8]; 4] =
            [b"daily records of", principal.college_id.as_bytes(), principal.id.as_bytes(), filter.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);

        let limit = i64::try_from(page.rows_to_read()).unwrap_or(i64::MAX);
        let mut values: Vec<Value> = vec![principal.college_id.into(), request.id.clone().into(), limit.into()];
        let mut conditions = String::new();
        let bounds = [(">=", span.from), ("<=", span.to), ("<", page.position::<NaiveDate>()?)];
        for (comparison, day) in bounds {
            if let Some(day) = day {
                values.push(day.into());
                conditions.push_str(&format!(" AND d.date {comparison} ${}", values.len()));
            }
        }
        let reader = self.store.database.reader();
        let sql = format!(
            "SELECT e.name AS name, d.date AS date, d.status AS status
             FROM employees e
             LEFT JOIN daily_records d ON d.college_id = e.college_id AND d.employee_id = e.id{conditions}
             WHERE e.college_id = $1 AND e.external_id = $2
             ORDER BY d.date DESC LIMIT $3"
        );
        let statement = Statement::from_sql_and_values(reader.get_database_backend(), sql, values);
        let rows = Row::find_by_statement(statement).all(reader).await?;
        if rows.is_empty() {
            return Err(Problem::not_found("employee"));
        }
        let days =
            rows.into_iter().filter_map(|row| Some(Day { name: row.name, date: row.date?, status: row.status? }));
        // A person has one record a day, so the last day tells where the next page begins.
        let (days, next_page_token) = page.cut(days.collect(), |last| last.date)?;
        let records = days.into_iter().map(|day| to_proto(request.id.clone(), day.name, day.status, day.date));
        Ok(SearchDailyRecordsResponse { records: records.collect(), next_page_token })
    }
}
