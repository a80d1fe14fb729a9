//! GetFeedbackStatistics: scope by caller → sessions whose figures are published → sums by teacher or subject.

use rollcall_proto::v1::{
    GetFeedbackStatisticsRequest, GetFeedbackStatisticsResponse, get_feedback_statistics_request::GroupBy,
    get_feedback_statistics_response::Group,
};
use sea_orm::{ConnectionTrait as _, Statement, Value};
use uuid::Uuid;

use super::{
    convert::figures_to_proto,
    rules,
    service::Service,
    store::{figures, sums},
};
use crate::{
    convert::{count, optional_date, optional_id},
    page::Page,
    principal::{Principal, Reach},
    problem::Problem,
};

impl Service {
    pub(super) async fn get_feedback_statistics(
        &self,
        principal: &Principal,
        request: GetFeedbackStatisticsRequest,
    ) -> Result<GetFeedbackStatisticsResponse, Problem> {
        let (college_id, by_teacher) = (principal.college_id, request.group_by() == GroupBy::Teacher);
        let teacher_id = optional_id("teacher_id", request.teacher_id.as_deref())?;
        let from = optional_date("from_date", request.from_date.as_deref())?;
        let to = optional_date("to_date", request.to_date.as_deref())?;
        let described = format!("{by_teacher}{teacher_id:?}{:?}{from:?}{to:?}", request.subject);
        let purpose: [&[u8]; 4] =
            [b"feedback statistics", college_id.as_bytes(), principal.id.as_bytes(), described.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);

        let mut values: Vec<Value> =
            vec![college_id.into(), rules::published_until(self.clock.now()).into(), rules::LEAST_ANSWERS.into()];
        let mut conditions = "f.college_id = $1 AND f.closes_at <= $2 AND f.answers >= $3".to_owned();
        let mut only = |condition: &str, value: Value| {
            values.push(value);
            conditions.push_str(&format!(" AND f.{condition} ${}", values.len()));
        };
        if let Reach::Teacher(id) = principal.reach() {
            only("teacher_id =", id.into());
        }
        if let Some(teacher_id) = teacher_id {
            only("teacher_id =", teacher_id.into());
        }
        if let Some(subject) = request.subject {
            only("subject =", subject.into());
        }
        if let Some(from) = from {
            only("day >=", from.into());
        }
        if let Some(to) = to {
            only("day <=", to.into());
        }
        let key = if by_teacher { "teacher_id" } else { "subject" };
        match (by_teacher, page.position::<String>()?) {
            (true, Some(last)) => only("teacher_id >", optional_id("page_token", Some(&last))?.into()),
            (false, Some(last)) => only("subject >", last.into()),
            (_, None) => {}
        }
        let sql = format!(
            "SELECT f.{key} AS grouped, COUNT(*) AS sessions, {} FROM session_feedback f WHERE {conditions}
             GROUP BY f.{key} ORDER BY f.{key} LIMIT {}",
            sums(),
            page.rows_to_read(),
        );
        let reader = self.store.database.reader();
        let statement = Statement::from_sql_and_values(reader.get_database_backend(), sql, values);
        let rows = reader.query_all_raw(statement).await?;
        let groups = rows.iter().map(|row| {
            let key = match by_teacher {
                true => row.try_get::<Uuid>("", "grouped")?.to_string(),
                false => row.try_get("", "grouped")?,
            };
            let sessions = count(row.try_get::<i64>("", "sessions")?);
            Ok(Group { key, sessions, figures: Some(figures_to_proto(&figures(row)?)) })
        });
        let groups = groups.collect::<Result<Vec<_>, Problem>>()?;
        let (groups, next_page_token) = page.cut(groups, |last| last.key.clone())?;
        Ok(GetFeedbackStatisticsResponse { groups, next_page_token })
    }
}
