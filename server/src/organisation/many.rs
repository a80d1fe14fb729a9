//! Many divisions and enrolments at once, for imports and exports: few statements, whatever their number.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{LockType, OnConflict},
};
use uuid::Uuid;

use super::store::refused;
use crate::{
    entity::{
        division, enrolment,
        user::{self, Role},
    },
    problem::Problem,
    store::{ROWS_PER_STATEMENT, Tx, put_rows},
};

/// The divisions of a college that have one of the names.
pub async fn find_divisions(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    names: &[&str],
) -> Result<HashMap<String, division::Model>, Problem> {
    let mut found = HashMap::with_capacity(names.len());
    for some in names.chunks(ROWS_PER_STATEMENT) {
        let named = division::in_college(college_id).filter(division::Column::Name.is_in(some.iter().copied()));
        found.extend(named.all(connection).await?.into_iter().map(|division| (division.name.clone(), division)));
    }
    Ok(found)
}

/// Divisions by name, those that come after one.
pub async fn list_divisions_after(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<division::Model>, Problem> {
    let mut query = division::in_college(college_id).order_by_asc(division::Column::Name).limit(limit);
    if let Some(after) = after {
        query = query.filter(division::Column::Name.gt(after));
    }
    Ok(query.all(connection).await?)
}

/// Makes divisions, and changes the description of those whose ids are known.
pub async fn put_divisions(tx: &Tx, divisions: Vec<division::Model>) -> Result<(), Problem> {
    use division::Column;
    let known = OnConflict::columns([Column::CollegeId, Column::Id])
        .update_columns([Column::Description, Column::UpdatedAt])
        .to_owned();
    put_rows(tx, divisions, division::insert, known).await.map_err(refused)
}

/// Locks the students who have the addresses, so that their enrolments are changed by one at a time. Whoever locks several has
/// locked the college, so that no two wait for each other.
pub async fn lock_students(tx: &Tx, college_id: Uuid, emails: &[&str]) -> Result<(), Problem> {
    for some in emails.chunks(ROWS_PER_STATEMENT) {
        user::in_college(college_id)
            .filter(user::Column::Email.is_in(some.iter().copied()))
            .filter(user::Column::Role.eq(Role::Student))
            .select_only()
            .column(user::Column::Id)
            .lock(LockType::NoKeyUpdate)
            .into_tuple::<Uuid>()
            .all(tx)
            .await?;
    }
    Ok(())
}

/// Every enrolment of the students, past and future ones too.
pub async fn find_enrolments(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    student_ids: &[Uuid],
) -> Result<Vec<enrolment::Model>, Problem> {
    let mut found = Vec::with_capacity(student_ids.len());
    for some in student_ids.chunks(ROWS_PER_STATEMENT) {
        let theirs = enrolment::in_college(college_id).filter(enrolment::Column::StudentId.is_in(some.iter().copied()));
        found.extend(theirs.all(connection).await?);
    }
    Ok(found)
}

/// Where a list of enrolments goes on: division, student, first day.
pub type EnrolmentKey = (Uuid, Uuid, NaiveDate);

/// Enrolments by their key, those that come after one.
pub async fn list_enrolments_after(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    after: Option<EnrolmentKey>,
    limit: u64,
) -> Result<Vec<enrolment::Model>, Problem> {
    use enrolment::Column;
    let mut query = enrolment::in_college(college_id)
        .order_by_asc(Column::DivisionId)
        .order_by_asc(Column::StudentId)
        .order_by_asc(Column::FromDate)
        .limit(limit);
    if let Some((division_id, student_id, from_date)) = after {
        let same_student = Condition::all().add(Column::StudentId.eq(student_id)).add(Column::FromDate.gt(from_date));
        let same_division = Condition::any().add(Column::StudentId.gt(student_id)).add(same_student);
        query = query.filter(Column::DivisionId.gte(division_id)).filter(
            Condition::any()
                .add(Column::DivisionId.gt(division_id))
                .add(Condition::all().add(Column::DivisionId.eq(division_id)).add(same_division)),
        );
    }
    Ok(query.all(connection).await?)
}

/// The names of divisions.
pub async fn find_division_names(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, String>, Problem> {
    let named = division::in_college(college_id).filter(division::Column::Id.is_in(ids.iter().copied()));
    Ok(named.all(connection).await?.into_iter().map(|division| (division.id, division.name)).collect())
}

/// Makes enrolments, and changes the last day of those that are there. The students are locked.
pub async fn put_enrolments(tx: &Tx, rows: Vec<enrolment::Model>) -> Result<(), Problem> {
    use enrolment::Column;
    let known = OnConflict::columns([Column::CollegeId, Column::DivisionId, Column::StudentId, Column::FromDate])
        .update_column(Column::ToDate)
        .to_owned();
    Ok(put_rows(tx, rows, enrolment::insert, known).await?)
}
