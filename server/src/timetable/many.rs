//! Many slots at once, for imports and exports: few statements, whatever their number.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    entity::timetable::{self, Column, Model},
    organisation,
    problem::Problem,
    store::{Tx, put_rows},
};

/// The whole timetable of a college.
pub async fn list(connection: &impl ConnectionTrait, college_id: Uuid) -> Result<Vec<Model>, Problem> {
    Ok(timetable::in_college(college_id).all(connection).await?)
}

/// Slots in the order in which they were made, those after one.
pub async fn list_after(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Model>, Problem> {
    let mut query = timetable::in_college(college_id).order_by_asc(Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    Ok(query.all(connection).await?)
}

/// Makes slots, and changes what those whose ids are known may change in: place, subject and end. The college is locked, and
/// nothing is in their way.
pub async fn put(tx: &Tx, slots: Vec<Model>) -> Result<(), Problem> {
    let known = OnConflict::columns([Column::CollegeId, Column::Id])
        .update_columns([Column::LocationId, Column::Subject, Column::EndTime, Column::ValidTo, Column::UpdatedAt])
        .to_owned();
    if let Some(slot) = slots.first() {
        organisation::plan_again(tx, slot.college_id, None, slot.updated_at).await?;
    }
    Ok(put_rows(tx, slots, timetable::insert, known).await?)
}
