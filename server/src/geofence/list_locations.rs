//! ListLocations: page by name.

use rollcall_proto::v1::{ListLocationsRequest, ListLocationsResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{convert::to_proto, service::Service};
use crate::{
    entity::location::{self, Column},
    page::Page,
    principal::Principal,
    problem::Problem,
};

/// Of polygons a page has at most so many vertices: about a megabyte, of which clients of gRPC take four.
const MAX_VERTICES: usize = 50_000;

impl Service {
    pub(super) async fn list_locations(
        &self,
        principal: &Principal,
        request: ListLocationsRequest,
    ) -> Result<ListLocationsResponse, Problem> {
        let purpose: [&[u8]; 3] = [b"locations", principal.college_id.as_bytes(), principal.id.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        // Names are unique in a college, so the last one tells where the next page begins.
        let mut query =
            location::in_college(principal.college_id).order_by_asc(Column::Name).limit(page.rows_to_read());
        if let Some(name) = page.position::<String>()? {
            query = query.filter(Column::Name.gt(name));
        }
        let rows = query.all(self.store.database.reader()).await?;
        let page = page.at_most(fitting(&rows));
        let (rows, next_page_token) = page.cut(rows, |last| last.name.clone())?;
        Ok(ListLocationsResponse { locations: rows.into_iter().map(to_proto).collect(), next_page_token })
    }
}

/// How many of the rows fit on a page.
fn fitting(rows: &[location::Model]) -> usize {
    let mut vertices = 0;
    let fits = |location: &&location::Model| {
        vertices += location.vertices();
        vertices <= MAX_VERTICES
    };
    rows.iter().take_while(fits).count()
}
