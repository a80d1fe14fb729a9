//! ListMyLocationHistory: a page of the caller's check-ins → the sessions and places that they name.

use chrono::{DateTime, Utc};
use rollcall_proto::v1::{ListMyLocationHistoryRequest, ListMyLocationHistoryResponse};
use uuid::Uuid;

use super::{
    convert::{times, to_proto},
    history::{self, Span},
    service::Service,
    store,
};
use crate::{organisation, page::Page, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn list_my_location_history(
        &self,
        principal: &Principal,
        request: ListMyLocationHistoryRequest,
    ) -> Result<ListMyLocationHistoryResponse, Problem> {
        let (college_id, user_id, database) = (principal.college_id, principal.id, &self.store.database);
        let college = organisation::find_college(database, college_id).await?;
        let (from, before) = times(&college, request.from.as_deref(), request.to.as_deref())?;
        let filter = format!("{from:?} {before:?}");
        let purpose: [&[u8]; 4] = [b"location-history", college_id.as_bytes(), user_id.as_bytes(), filter.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        let after = page.position::<(DateTime<Utc>, Uuid)>()?;

        let span = Span { college_id, user_id, from, before };
        let found = history::list(database, span, after, page.rows_to_read()).await?;
        let (found, next_page_token) = page.cut(found, |last| (last.at, last.id))?;
        let sessions = store::list_sessions_of(database, college_id, &found).await?;
        let places = store::list_places_of(database, college_id, sessions.values()).await?;
        let entries = found.into_iter().map(|check_in| {
            let session = check_in.session_id.and_then(|id| sessions.get(&id));
            let place = session.and_then(|session| places.get(&session.location_id));
            to_proto(check_in, session, place, college.retention_days)
        });
        Ok(ListMyLocationHistoryResponse { entries: entries.collect(), next_page_token })
    }
}
