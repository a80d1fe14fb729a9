//! Many people at once, for imports and exports: few statements, whatever their number.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::store::{present, refused};
use crate::{
    entity::user::{self, Column, Role},
    problem::Problem,
    store::{ROWS_PER_STATEMENT, Tx, put_rows},
};

/// Those of a college who have one of the addresses.
pub async fn find_by_email(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    emails: &[&str],
) -> Result<HashMap<String, user::Model>, Problem> {
    let mut found = HashMap::with_capacity(emails.len());
    for some in emails.chunks(ROWS_PER_STATEMENT) {
        let people = present(college_id).filter(Column::Email.is_in(some.iter().copied())).all(connection).await?;
        found.extend(people.into_iter().map(|person| (person.email.clone(), person)));
    }
    Ok(found)
}

/// The students among some people who were not deleted, with their addresses.
pub async fn find_student_emails(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, String>, Problem> {
    find_emails(connection, present(college_id).filter(Column::Role.eq(Role::Student)), ids).await
}

/// The active teachers among some people, with their addresses.
pub async fn find_teacher_emails(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, String>, Problem> {
    let teachers = present(college_id).filter(Column::Role.eq(Role::Teacher)).filter(Column::IsActive.eq(true));
    find_emails(connection, teachers, ids).await
}

async fn find_emails(
    connection: &impl ConnectionTrait,
    whose: user::Find,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, String>, Problem> {
    let mut found = HashMap::with_capacity(ids.len());
    for some in ids.chunks(ROWS_PER_STATEMENT) {
        let named = whose.clone().filter(Column::Id.is_in(some.iter().copied()));
        let emails = named.select_only().column(Column::Id).column(Column::Email).into_tuple();
        found.extend(emails.all(connection).await?.into_iter().map(|(id, email): (Uuid, String)| (id, email)));
    }
    Ok(found)
}

/// People by address, those who come after one.
pub async fn list_after(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<user::Model>, Problem> {
    let mut query = present(college_id).order_by_asc(Column::Email).limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Email.gt(after));
    }
    Ok(query.all(connection).await?)
}

/// Who administers the college.
pub async fn find_administrators(connection: &impl ConnectionTrait, college_id: Uuid) -> Result<Vec<Uuid>, Problem> {
    let administrators = present(college_id).filter(Column::Role.eq(Role::Admin)).filter(Column::IsActive.eq(true));
    Ok(administrators.all(connection).await?.into_iter().map(|person| person.id).collect())
}

/// Makes people, and changes the name, role and activity of those whose ids are known. A password that is there already is
/// kept: its owner may have changed it in this moment. Who changes a role has locked the college.
pub async fn put(tx: &Tx, people: Vec<user::Model>) -> Result<(), Problem> {
    let kept =
        Expr::cust("CASE WHEN users.password_hash = '' THEN excluded.password_hash ELSE users.password_hash END");
    let known = OnConflict::columns([Column::CollegeId, Column::Id])
        .update_columns([Column::Username, Column::Role, Column::IsActive, Column::UpdatedAt])
        .value(Column::PasswordHash, kept)
        .to_owned();
    put_rows(tx, people, user::insert, known).await.map_err(refused)
}
