//! Many access points at once, for imports and exports: few statements, whatever their number.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::OnConflict,
};
use uuid::Uuid;

use super::store::refused;
use crate::{
    entity::access_point::{self, Column},
    problem::Problem,
    store::{ROWS_PER_STATEMENT, Tx, put_rows},
};

/// The access points of a college that have one of the addresses, in their one spelling.
pub async fn find_by_bssid(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    bssids: &[&str],
) -> Result<HashMap<String, access_point::Model>, Problem> {
    let mut found = HashMap::with_capacity(bssids.len());
    for some in bssids.chunks(ROWS_PER_STATEMENT) {
        let known = access_point::in_college(college_id).filter(Column::Bssid.is_in(some.iter().copied()));
        found.extend(known.all(connection).await?.into_iter().map(|point| (point.bssid.clone(), point)));
    }
    Ok(found)
}

/// Access points by address, those that come after one.
pub async fn list_after(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<access_point::Model>, Problem> {
    let mut query = access_point::in_college(college_id).order_by_asc(Column::Bssid).limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Bssid.gt(after));
    }
    Ok(query.all(connection).await?)
}

/// Makes access points, and changes all but the address of those whose ids are known.
pub async fn put(tx: &Tx, points: Vec<access_point::Model>) -> Result<(), Problem> {
    let known = OnConflict::columns([Column::CollegeId, Column::Id])
        .update_columns([Column::LocationId, Column::Ssid, Column::MinRssiDbm, Column::Kind])
        .to_owned();
    put_rows(tx, points, access_point::insert, known).await.map_err(refused)
}
