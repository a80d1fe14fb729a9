//! ListUsers: search and filter → page by name.

use rollcall_proto::v1::{ListUsersRequest, ListUsersResponse};
use sea_orm::{
    ColumnTrait, Condition, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    sea_query::{ExprTrait as _, Func, LikeExpr},
};
use uuid::Uuid;

use super::{service::Service, store};
use crate::{
    convert::optional_id,
    entity::{enrolment, user::Column},
    identity::{role_from_proto, to_proto},
    organisation,
    page::Page,
    principal::Principal,
    problem::Problem,
    search,
    store::after,
};

impl Service {
    pub(super) async fn list_users(
        &self,
        principal: &Principal,
        request: ListUsersRequest,
    ) -> Result<ListUsersResponse, Problem> {
        let (database, college_id, now) = (&self.store.database, principal.college_id, self.clock.now());
        let role = role_from_proto(request.role());
        let division_id = optional_id("division_id", request.division_id.as_deref())?;
        let filter = format!("{role:?}{division_id:?}{:?}{:?}", request.active, request.query);
        let purpose: [&[u8]; 4] = [b"users", college_id.as_bytes(), principal.id.as_bytes(), filter.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);

        let mut query = store::present(college_id)
            .order_by_asc(Column::Username)
            .order_by_asc(Column::Id)
            .limit(page.rows_to_read());
        if !request.query.is_empty() {
            query = query.filter(has(&request.query));
        }
        if let Some(role) = role {
            query = query.filter(Column::Role.eq(role));
        }
        if let Some(active) = request.active {
            query = query.filter(Column::IsActive.eq(active));
        }
        if let Some(division_id) = division_id {
            let college = organisation::find_college(database, college_id).await?;
            let enrolled = organisation::on_day(college_id, organisation::day_in(&college.time_zone, now))
                .filter(enrolment::Column::DivisionId.eq(division_id))
                .select_only()
                .column(enrolment::Column::StudentId);
            query = query.filter(Column::Id.in_subquery(enrolled.into_query()));
        }
        if let Some((username, id)) = page.position::<(String, Uuid)>()? {
            query = query.filter(after((Column::Username, username), (Column::Id, id)));
        }
        let rows = query.all(database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| (last.username.clone(), last.id))?;
        let ids = rows.iter().map(|person| person.id);
        let mut divisions = organisation::current_divisions(database, college_id, ids, now).await?;
        let users = rows.into_iter().map(|person| {
            let division_id = divisions.remove(&person.id);
            to_proto(person, division_id)
        });
        Ok(ListUsersResponse { users: users.collect(), next_page_token })
    }
}

/// Whether a name or an address has a text in it, in any case. Beyond ASCII, SQLite does not know what case a letter has, so
/// the text as it was typed counts too.
fn has(text: &str) -> Condition {
    let like = |text: &str| LikeExpr::new(search::containing(text)).escape(search::ESCAPE);
    let lower = text.to_lowercase();
    Condition::any()
        .add(Func::lower(Column::Username.into_expr()).like(like(&lower)))
        .add(Column::Username.into_expr().like(like(text)))
        .add(Column::Email.into_expr().like(like(&lower)))
}
