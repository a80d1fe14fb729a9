//! ListAuditRows: filter → page, the newest first. Reading leaves no row.

use chrono::{DateTime, Utc};
use rollcall_proto::v1::{ListAuditRowsRequest, ListAuditRowsResponse};
use sea_orm::{
    ColumnTrait as _, Condition, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

use super::{convert::to_proto, service::Service};
use crate::{
    convert::{optional_id, time},
    entity::audit_row::{self, Column},
    page::Page,
    principal::Principal,
    problem::Problem,
    store::before,
};

impl Service {
    pub(super) async fn list_audit_rows(
        &self,
        principal: &Principal,
        request: ListAuditRowsRequest,
    ) -> Result<ListAuditRowsResponse, Problem> {
        let wanted = wanted(&request)?;
        let filter = format!("{wanted:?}");
        let purpose: [&[u8]; 4] =
            [b"audit_rows", principal.college_id.as_bytes(), principal.id.as_bytes(), filter.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        let mut query = audit_row::in_college(principal.college_id)
            .filter(wanted)
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(page.rows_to_read());
        if let Some((created_at, id)) = page.position::<(DateTime<Utc>, Uuid)>()? {
            query = query.filter(before((Column::CreatedAt, created_at), (Column::Id, id)));
        }
        let rows = query.all(self.database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| (last.created_at, last.id))?;
        Ok(ListAuditRowsResponse { audit_rows: rows.into_iter().map(to_proto).collect(), next_page_token })
    }
}

/// What the filters let through.
fn wanted(request: &ListAuditRowsRequest) -> Result<Condition, Problem> {
    let mut wanted = Condition::all();
    if let Some(actor_id) = optional_id("actor_id", request.actor_id.as_deref())? {
        wanted = wanted.add(Column::ActorId.eq(actor_id));
    }
    if request.action.ends_with('.') {
        wanted = wanted.add(action_begins_with(&request.action));
    } else if !request.action.is_empty() {
        wanted = wanted.add(Column::Action.eq(request.action.as_str()));
    }
    if !request.object_type.is_empty() {
        wanted = wanted.add(Column::ObjectType.eq(request.object_type.as_str()));
    }
    if let Some(object_id) = optional_id("object_id", request.object_id.as_deref())? {
        wanted = wanted.add(Column::ObjectId.eq(object_id.to_string()));
    }
    if request.created_from.is_some() {
        wanted = wanted.add(Column::CreatedAt.gte(time("created_from", request.created_from)?));
    }
    if request.created_before.is_some() {
        wanted = wanted.add(Column::CreatedAt.lt(time("created_before", request.created_before)?));
    }
    Ok(wanted)
}

/// Compared by characters: LIKE has wildcards and knows no case on SQLite, and a range follows the database's collation.
fn action_begins_with(prefix: &str) -> Expr {
    let length = i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX);
    let begin = Func::cust("substr").args([Expr::col(Column::Action), Expr::value(1_i32), Expr::value(length)]);
    Expr::expr(begin).eq(prefix)
}
