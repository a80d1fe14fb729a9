//! ListAccessPoints: filter → page by address.

use rollcall_proto::v1::{ListAccessPointsRequest, ListAccessPointsResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::service::{Service, to_proto};
use crate::{
    convert::optional_id,
    entity::access_point::{self, Column},
    page::Page,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn list_access_points(
        &self,
        principal: &Principal,
        request: ListAccessPointsRequest,
    ) -> Result<ListAccessPointsResponse, Problem> {
        let location_id = optional_id("location_id", request.location_id.as_deref())?;
        let filter = format!("{location_id:?}");
        let purpose: [&[u8]; 4] =
            [b"access_points", principal.college_id.as_bytes(), principal.id.as_bytes(), filter.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        // Addresses are unique in a college, so the last one tells where the next page begins.
        let mut query =
            access_point::in_college(principal.college_id).order_by_asc(Column::Bssid).limit(page.rows_to_read());
        if let Some(location_id) = location_id {
            query = query.filter(Column::LocationId.eq(location_id));
        }
        if let Some(bssid) = page.position::<String>()? {
            query = query.filter(Column::Bssid.gt(bssid));
        }
        let rows = query.all(self.store.database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| last.bssid.clone())?;
        Ok(ListAccessPointsResponse { access_points: rows.into_iter().map(to_proto).collect(), next_page_token })
    }
}
