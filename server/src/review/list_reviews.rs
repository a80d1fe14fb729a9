//! ListReviews: scope by caller → filter → page, the oldest first.

use std::collections::HashMap;

use rollcall_proto::v1::{ListReviewsRequest, ListReviewsResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _};
use uuid::Uuid;

use super::{
    convert::{Figures, states_from_proto, to_proto},
    service::Service,
};
use crate::{
    convert::optional_id,
    entity::{
        attendance_record::{self, Column},
        attendance_review, session as sessions,
    },
    page::Page,
    principal::{Principal, Reach},
    problem::Problem,
};

impl Service {
    pub(super) async fn list_reviews(
        &self,
        principal: &Principal,
        request: ListReviewsRequest,
    ) -> Result<ListReviewsResponse, Problem> {
        let session_id = optional_id("session_id", request.session_id.as_deref())?;
        let states = states_from_proto(request.state());
        let college_id = principal.college_id;
        let described = format!("{session_id:?} {states:?}");
        let purpose: [&[u8]; 4] = [b"reviews", college_id.as_bytes(), principal.id.as_bytes(), described.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);

        let mut query = attendance_record::in_college(college_id)
            .filter(Column::Review.is_in(states.iter().copied()))
            .order_by_asc(Column::Id)
            .limit(page.rows_to_read());
        query = match principal.reach() {
            Reach::College => query,
            Reach::Student(id) => query.filter(Column::StudentId.eq(id)),
            Reach::Teacher(id) => {
                let own = sessions::in_college(college_id)
                    .filter(sessions::Column::TeacherId.eq(id))
                    .select_only()
                    .column(sessions::Column::Id);
                query.filter(Column::SessionId.in_subquery(own.into_query()))
            }
        };
        if let Some(session_id) = session_id {
            query = query.filter(Column::SessionId.eq(session_id));
        }
        if let Some(id) = page.position::<Uuid>()? {
            query = query.filter(Column::Id.gt(id));
        }
        let database = &self.store.database;
        let (records, next_page_token) = page.cut(query.all(database.reader()).await?, |last| last.id)?;
        let ids = records.iter().map(|record| record.id);
        let reviews = attendance_review::in_college(college_id)
            .filter(attendance_review::Column::RecordId.is_in(ids))
            .all(database.reader())
            .await?;
        let reviews: HashMap<Uuid, _> = reviews.into_iter().map(|review| (review.record_id, review)).collect();
        let told = records.iter().map(|record| to_proto(record, reviews.get(&record.id), Figures::Told));
        Ok(ListReviewsResponse { reviews: told.collect(), next_page_token })
    }
}
