//! GetAnalytics: scope by caller → the cheapest source that has what is asked for → groups, and their rates.

use chrono::NaiveDate;
use rollcall_proto::v1::{
    GetAnalyticsRequest, GetAnalyticsResponse, get_analytics_request::GroupBy, get_analytics_response::Group,
};
use sea_orm::QueryResult;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    filter::{Conditions, Filter},
    rules::{Formula, STATUSES},
    service::Service,
    span, store,
};
use crate::{
    convert::{count, optional_date, optional_id},
    organisation,
    page::Page,
    principal::Principal,
    problem::Problem,
};

/// Where a group stands in the order of all.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Key {
    Id(Uuid),
    Session(NaiveDate, Uuid),
    Subject(String),
    Day(NaiveDate),
    Weekday(i32),
}

/// What records are put together by: columns of sessions `t` or records `r`.
const fn columns(group_by: GroupBy) -> &'static str {
    match group_by {
        GroupBy::Unspecified | GroupBy::Student => "r.student_id",
        GroupBy::Session => "t.day, t.session_id",
        GroupBy::Division => "t.division_id",
        GroupBy::Course => "t.subject",
        GroupBy::Teacher => "t.teacher_id",
        GroupBy::Day => "t.day",
        GroupBy::Weekday => "t.weekday",
    }
}

impl Service {
    pub(super) async fn get_analytics(
        &self,
        principal: &Principal,
        request: GetAnalyticsRequest,
    ) -> Result<GetAnalyticsResponse, Problem> {
        let (college_id, group_by) = (principal.college_id, request.group_by());
        let filter = Filter {
            from: optional_date("from_date", request.from_date.as_deref())?,
            to: optional_date("to_date", request.to_date.as_deref())?,
            students: optional_id("student_id", request.student_id.as_deref())?.into_iter().collect(),
            divisions: optional_id("division_id", request.division_id.as_deref())?.into_iter().collect(),
            teachers: optional_id("teacher_id", request.teacher_id.as_deref())?.into_iter().collect(),
            subject: request.subject,
        };
        let filter = filter.within(principal);
        let of_students = group_by == GroupBy::Student;
        let is_narrow = !filter.teachers.is_empty() || !filter.students.is_empty();
        if of_students && filter.subject.is_some() && !is_narrow && filter.divisions.is_empty() {
            let what = "is required with subject where students are listed; or teacher_id, or student_id";
            return Err(Problem::invalid_field("division_id", what));
        }
        let described = format!("{group_by:?}{filter:?}");
        let purpose: [&[u8]; 4] = [b"analytics", college_id.as_bytes(), principal.id.as_bytes(), described.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);

        let college = organisation::find_college(&self.store.database, college_id).await?;
        let formula = Formula::of(&college);
        let (groups, next_page_token) = match of_students && filter.subject.is_none() && !is_narrow {
            true => self.by_student(college_id, &filter, &page, formula).await?,
            false => self.grouped(college_id, group_by, &filter, &page, formula).await?,
        };
        Ok(GetAnalyticsResponse { groups, next_page_token })
    }

    /// Of every student: a page of students, and then what their tallies say.
    async fn by_student(
        &self,
        college_id: Uuid,
        filter: &Filter,
        page: &Page<'_>,
        formula: Formula,
    ) -> Result<(Vec<Group>, String), Problem> {
        let (database, after) = (&self.store.database, page.position::<Uuid>()?);
        let parts = span::parts(filter.from, filter.to);
        if parts.is_empty() {
            return Ok((Vec::new(), String::new()));
        }
        let students = store::students_of(database, college_id, filter, after, page.rows_to_read()).await?;
        let (students, next_page_token) = page.cut(students, |last| *last)?;
        let (Some(first), Some(last)) = (students.first(), students.last()) else {
            return Ok((Vec::new(), next_page_token));
        };
        let mut conditions = Conditions::new(college_id);
        let counted = store::by_tallies(&mut conditions, filter, &parts, store::Students::Between(*first, *last));
        let sql = format!("{counted} ORDER BY student_id");
        let mut groups = Vec::new();
        for row in store::read(database, sql, conditions).await? {
            let (counts, student_id) = (store::counts(&row)?, row.try_get::<Uuid>("", "student_id")?);
            let records: i64 = counts.iter().sum();
            if records > 0 {
                let counts = Some(formula.to_proto(&counts));
                groups.push(Group { key: student_id.to_string(), sessions: count(records), counts });
            }
        }
        Ok((groups, next_page_token))
    }

    /// Of everything else: sums of sessions, or of the records of few.
    async fn grouped(
        &self,
        college_id: Uuid,
        group_by: GroupBy,
        filter: &Filter,
        page: &Page<'_>,
        formula: Formula,
    ) -> Result<(Vec<Group>, String), Problem> {
        let columns = columns(group_by);
        let mut conditions = Conditions::new(college_id);
        conditions.of_sessions(filter);
        conditions.of_records(filter);
        if let Some(last) = page.position::<Key>()? {
            follow(&mut conditions, columns, last);
        }
        let of_records = group_by == GroupBy::Student || !filter.students.is_empty();
        let counted = match group_by {
            _ if of_records => store::grouped_records(columns, &conditions.take()),
            // Its row is the group. Grouped, every session would be read for a page of them.
            GroupBy::Session => store::sessions(&conditions.take()),
            _ => store::grouped_sessions(columns, &conditions.take()),
        };
        let names: Vec<&str> = columns.split(", ").map(|column| column.split_at(2).1).collect();
        let sql = format!(
            "{counted} SELECT {names}, sessions, {statuses} FROM counted
             WHERE {total} > 0 ORDER BY {names} LIMIT {most}",
            names = names.join(", "),
            statuses = STATUSES.join(", "),
            total = STATUSES.join(" + "),
            most = page.rows_to_read(),
        );
        let rows = store::read(&self.store.database, sql, conditions).await?;
        let (rows, next_page_token) = page
            .cut(rows.iter().map(|row| read(group_by, row)).collect::<Result<Vec<_>, Problem>>()?, |(key, _, _)| {
                key.clone()
            })?;
        let groups = rows.into_iter().map(|(key, sessions, counts)| Group {
            key: text(key),
            sessions: count(sessions),
            counts: Some(formula.to_proto(&counts)),
        });
        Ok((groups.collect(), next_page_token))
    }
}

/// Only what comes after a group.
fn follow(conditions: &mut Conditions, columns: &str, last: Key) {
    let condition = format!("{columns} >");
    match last {
        Key::Id(id) => conditions.only(&condition, id),
        Key::Subject(subject) => conditions.only(&condition, subject),
        Key::Day(day) => conditions.only(&condition, day),
        Key::Weekday(weekday) => conditions.only(&condition, weekday),
        Key::Session(day, id) => {
            let (day, id) = (conditions.value(day), conditions.value(id));
            // The first condition bounds a range of the index, which the other alone would not.
            conditions.also(&format!("t.day >= {day} AND (t.day > {day} OR t.session_id > {id})"));
        }
    }
}

fn read(group_by: GroupBy, row: &QueryResult) -> Result<(Key, i64, super::rules::Counts), Problem> {
    let key = match group_by {
        GroupBy::Unspecified | GroupBy::Student => Key::Id(row.try_get("", "student_id")?),
        GroupBy::Session => Key::Session(row.try_get("", "day")?, row.try_get("", "session_id")?),
        GroupBy::Division => Key::Id(row.try_get("", "division_id")?),
        GroupBy::Course => Key::Subject(row.try_get("", "subject")?),
        GroupBy::Teacher => Key::Id(row.try_get("", "teacher_id")?),
        GroupBy::Day => Key::Day(row.try_get("", "day")?),
        GroupBy::Weekday => Key::Weekday(row.try_get("", "weekday")?),
    };
    Ok((key, row.try_get("", "sessions")?, store::counts(row)?))
}

fn text(key: Key) -> String {
    match key {
        Key::Id(id) | Key::Session(_, id) => id.to_string(),
        Key::Subject(subject) => subject,
        Key::Day(day) => day.to_string(),
        Key::Weekday(weekday) => weekday.to_string(),
    }
}
