//! ListAtRisk: scope by caller → counts by student → those whose rate is below the limit, the lowest first.

use rollcall_proto::v1::{ListAtRiskRequest, ListAtRiskResponse, list_at_risk_response::Student};
use uuid::Uuid;

use super::{
    filter::{Conditions, Filter},
    rules::{Formula, STATUSES},
    service::Service,
    span, store,
};
use crate::{
    convert::{optional_date, optional_id},
    organisation,
    page::Page,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn list_at_risk(
        &self,
        principal: &Principal,
        request: ListAtRiskRequest,
    ) -> Result<ListAtRiskResponse, Problem> {
        let (college_id, below) = (principal.college_id, request.below_percent);
        let filter = Filter {
            from: optional_date("from_date", request.from_date.as_deref())?,
            to: optional_date("to_date", request.to_date.as_deref())?,
            divisions: optional_id("division_id", request.division_id.as_deref())?.into_iter().collect(),
            teachers: optional_id("teacher_id", request.teacher_id.as_deref())?.into_iter().collect(),
            ..Filter::default()
        };
        let filter = filter.within(principal);
        let college = organisation::find_college(&self.store.database, college_id).await?;
        let formula = Formula::of(&college);
        // The order is by the rate, which the formula makes.
        let described = format!("{below}{filter:?}{formula:?}");
        let purpose: [&[u8]; 4] = [b"at risk", college_id.as_bytes(), principal.id.as_bytes(), described.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        let position = page.position::<(i64, Uuid)>()?;

        let mut conditions = Conditions::new(college_id);
        let counted = match span::parts(filter.from, filter.to) {
            parts if parts.is_empty() => return Ok(ListAtRiskResponse::default()),
            parts if filter.teachers.is_empty() => {
                store::by_tallies(&mut conditions, &filter, &parts, store::Students::All)
            }
            _ => store::by_records(&mut conditions, &filter),
        };
        let (attended, all) = (formula.attended(), formula.counted());
        // Cut, and so is what the answer says.
        let rate = format!("(CASE WHEN {all} > 0 THEN {attended} * 10000 / {all} ELSE 0 END)");
        conditions.only(&format!("{all} > 0 AND {attended} < {all} *"), i64::from(below));
        if let Some((last, student_id)) = position {
            let (last, student_id) = (conditions.value(last), conditions.value(student_id));
            conditions.also(&format!("({rate} > {last} OR ({rate} = {last} AND student_id > {student_id}))"));
        }
        let sql = format!(
            "SELECT student_id, {} FROM ({counted}) counted WHERE true{} ORDER BY {rate}, student_id LIMIT {}",
            STATUSES.join(", "),
            conditions.take(),
            page.rows_to_read(),
        );
        let rows = store::read(&self.store.database, sql, conditions).await?;
        let rows = rows.iter().map(|row| Ok((row.try_get::<Uuid>("", "student_id")?, store::counts(row)?)));
        let (rows, next_page_token) = page
            .cut(rows.collect::<Result<Vec<_>, Problem>>()?, |(student_id, counts)| {
                (formula.rate(counts).unwrap_or_default(), *student_id)
            })?;
        let students = rows.into_iter().map(|(student_id, counts)| Student {
            student_id: student_id.to_string(),
            counts: Some(formula.to_proto(&counts)),
        });
        Ok(ListAtRiskResponse { students: students.collect(), next_page_token })
    }
}
