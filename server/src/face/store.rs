//! The queries of this slice.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, LockType, OnConflict},
};

use super::template::Owner;
use crate::{
    entity::{face_consent, face_key, face_picture, face_template, user},
    problem::Problem,
    store::{Database, Tx},
};

/// For so long a picture is known again.
const MARKS_FOR: TimeDelta = TimeDelta::days(180);

/// Whoever changes what is kept of a person holds their row, so that one does after the other.
pub async fn lock_person(tx: &Tx, Owner { college_id, user_id }: Owner) -> Result<(), Problem> {
    let found = user::in_college(college_id)
        .filter(user::Column::Id.eq(user_id))
        .filter(user::Column::DeletedAt.is_null())
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await?;
    found.map(|_| ()).ok_or_else(|| Problem::not_found("user"))
}

/// The last consent, whether it stands or not.
pub async fn find_consent(
    connection: &impl ConnectionTrait,
    Owner { college_id, user_id }: Owner,
) -> Result<Option<face_consent::Model>, Problem> {
    let last = face_consent::in_college(college_id)
        .filter(face_consent::Column::UserId.eq(user_id))
        .order_by_desc(face_consent::Column::Id);
    Ok(last.one(connection).await?)
}

pub async fn insert_consent(tx: &Tx, consent: face_consent::Model) -> Result<(), Problem> {
    face_consent::insert([consent.into()]).exec_without_returning(tx).await?;
    Ok(())
}

/// Whether one stood.
pub async fn withdraw_consent(
    tx: &Tx,
    Owner { college_id, user_id }: Owner,
    now: DateTime<Utc>,
) -> Result<bool, Problem> {
    let withdrawn = face_consent::update_in_college(college_id)
        .col_expr(face_consent::Column::WithdrawnAt, Expr::value(now))
        .filter(face_consent::Column::UserId.eq(user_id))
        .filter(face_consent::Column::WithdrawnAt.is_null());
    Ok(withdrawn.exec(tx).await?.rows_affected > 0)
}

pub async fn find_template(
    database: &Database,
    Owner { college_id, user_id }: Owner,
) -> Result<Option<face_template::Model>, Problem> {
    let own = face_template::in_college(college_id).filter(face_template::Column::UserId.eq(user_id));
    Ok(own.one(database.reader()).await?)
}

pub async fn find_key(
    database: &Database,
    Owner { college_id, user_id }: Owner,
) -> Result<Option<face_key::Model>, Problem> {
    let own = face_key::in_college(college_id).filter(face_key::Column::UserId.eq(user_id));
    Ok(own.one(database.reader()).await?)
}

/// Deletes all that is kept of a face. Whether there was something. The key is locked first: a check-in that keeps the mark of a
/// picture meanwhile holds it too.
pub async fn forget(tx: &Tx, Owner { college_id, user_id }: Owner) -> Result<bool, Problem> {
    let own = face_key::in_college(college_id).filter(face_key::Column::UserId.eq(user_id));
    own.lock(LockType::Update).one(tx).await?;
    face_picture::delete_in_college(college_id).filter(face_picture::Column::UserId.eq(user_id)).exec(tx).await?;
    face_template::delete_in_college(college_id).filter(face_template::Column::UserId.eq(user_id)).exec(tx).await?;
    let keys = face_key::delete_in_college(college_id).filter(face_key::Column::UserId.eq(user_id));
    Ok(keys.exec(tx).await?.rows_affected > 0)
}

/// What is kept of a face from now on. Whether something else was before, of which nothing stays but the marks of what was sent at
/// check-ins: an enrolment makes no picture a new one. The person is locked.
pub async fn put_enrolment(
    tx: &Tx,
    key: face_key::Model,
    template: face_template::Model,
    marks: Vec<Vec<u8>>,
) -> Result<bool, Problem> {
    let (college_id, user_id, seen_at) = (template.college_id, template.user_id, template.enrolled_at);
    // A check-in that keeps the mark of a picture meanwhile holds it too.
    let replaced = face_key::update_in_college(college_id)
        .col_expr(face_key::Column::Wrapped, Expr::value(key.wrapped.clone()))
        .col_expr(face_key::Column::CreatedAt, Expr::value(key.created_at))
        .filter(face_key::Column::UserId.eq(user_id));
    let is_replaced = replaced.exec(tx).await?.rows_affected > 0;
    if is_replaced {
        face_template::delete_in_college(college_id).filter(face_template::Column::UserId.eq(user_id)).exec(tx).await?;
        let enrolled = face_picture::delete_in_college(college_id)
            .filter(face_picture::Column::UserId.eq(user_id))
            .filter(face_picture::Column::SessionId.is_null());
        enrolled.exec(tx).await?;
    } else {
        face_key::insert([key.into()]).exec_without_returning(tx).await?;
    }
    face_template::insert([template.into()]).exec_without_returning(tx).await?;
    for mark in marks {
        let row = face_picture::Model { college_id, user_id, mark, session_id: None, seen_at };
        insert_mark(tx, row).await?;
    }
    Ok(is_replaced)
}

/// Keeps the mark of a picture. Whether it was sent before, for anything but this session.
pub async fn note_mark(tx: &Tx, row: face_picture::Model) -> Result<bool, Problem> {
    let (session_id, mark) = (row.session_id, row.mark.clone());
    let own = || face_picture::in_college(row.college_id).filter(face_picture::Column::UserId.eq(row.user_id));
    let key = face_key::in_college(row.college_id).filter(face_key::Column::UserId.eq(row.user_id));
    // Who has deleted everything in between keeps nothing.
    if key.lock(LockType::KeyShare).one(tx).await?.is_none() {
        return Ok(false);
    }
    let old = face_picture::delete_in_college(row.college_id)
        .filter(face_picture::Column::UserId.eq(row.user_id))
        .filter(face_picture::Column::SessionId.is_not_null())
        .filter(face_picture::Column::SeenAt.lt(row.seen_at - MARKS_FOR));
    old.exec(tx).await?;
    insert_mark(tx, row.clone()).await?;
    let first = own().filter(face_picture::Column::Mark.eq(mark)).one(tx).await?;
    Ok(first.is_some_and(|first| first.session_id != session_id))
}

/// The first one stays.
async fn insert_mark(tx: &Tx, row: face_picture::Model) -> Result<(), Problem> {
    use face_picture::Column;
    let there = OnConflict::columns([Column::CollegeId, Column::UserId, Column::Mark]).do_nothing().to_owned();
    face_picture::insert([row.into()]).on_conflict(there).exec_without_returning(tx).await?;
    Ok(())
}
