//! ListLocations: page by name.

use rollcall_proto::v1::{ListLocationsRequest, ListLocationsResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::service::{Service, to_proto};
use crate::{
    entity::location::{self, Column},
    page,
    principal::Principal,
    problem::{ErrorReason, Problem},
};

impl Service {
    pub(super) async fn list(
        &self,
        principal: &Principal,
        request: ListLocationsRequest,
    ) -> Result<ListLocationsResponse, Problem> {
        let purpose: [&[u8]; 3] = [b"locations", principal.college_id.as_bytes(), principal.user_id.as_bytes()];
        let size = page::size(request.page_size);
        // Names are unique in a college, so the last one tells where the next page begins.
        let mut query = location::in_college(principal.college_id).order_by_asc(Column::Name).limit(size + 1);
        if !request.page_token.is_empty() {
            let name = page::open(&self.keys.page_token, &purpose, &request.page_token)
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .ok_or_else(|| Problem::new(ErrorReason::InvalidPageToken, "The page token is not of this list."))?;
            query = query.filter(Column::Name.gt(name));
        }
        let mut rows = query.all(self.store.database.reader()).await?;
        let mut next_page_token = String::new();
        if rows.len() as u64 > size {
            rows.truncate(usize::try_from(size).unwrap_or(usize::MAX));
            if let Some(last) = rows.last() {
                next_page_token = page::seal(&self.keys.page_token, &purpose, last.name.as_bytes());
            }
        }
        Ok(ListLocationsResponse { locations: rows.into_iter().map(to_proto).collect(), next_page_token })
    }
}
