//! The queries of this slice; the list's own stands with it.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, DbErr, QueryFilter as _, QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use super::{RESOURCE, rules};
use crate::{
    entity::user::{self, Column, Role},
    problem::Problem,
    store::{Database, Tx, constraint},
};

/// Under what condition a person is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    None,
    /// If the college has another active administrator.
    AnotherAdministrator,
}

pub async fn find(database: &Database, college_id: Uuid, id: Uuid) -> Result<user::Model, Problem> {
    let person = present(college_id).filter(Column::Id.eq(id)).one(database.reader()).await?;
    person.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// The people of a college but for those who were deleted.
pub fn present(college_id: Uuid) -> user::Find {
    user::in_college(college_id).filter(Column::DeletedAt.is_null())
}

/// A person as they are now: nobody else can change them until the transaction ends. Check-ins, which only point to the row,
/// go on.
pub async fn lock(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<user::Model, Problem> {
    let person = present(college_id).filter(Column::Id.eq(id)).lock(LockType::NoKeyUpdate).one(tx).await?;
    person.ok_or_else(|| Problem::not_found(RESOURCE))
}

pub async fn insert(tx: &Tx, person: user::Model) -> Result<(), Problem> {
    user::insert([person.into()]).exec_without_returning(tx).await.map_err(refused)?;
    Ok(())
}

/// Writes a person who is locked. One statement decides whether the guard holds.
pub async fn write(tx: &Tx, person: &user::Model, guard: Guard) -> Result<(), Problem> {
    let (college_id, id) = (person.college_id, person.id);
    let mut update = user::update_in_college(college_id)
        .col_expr(Column::Email, Expr::value(person.email.as_str()))
        .col_expr(Column::Username, Expr::value(person.username.as_str()))
        .col_expr(Column::PasswordHash, Expr::value(person.password_hash.as_str()))
        .col_expr(Column::Role, Expr::value(person.role))
        .col_expr(Column::IsActive, Expr::value(person.is_active))
        .col_expr(Column::UpdatedAt, Expr::value(person.updated_at))
        .col_expr(Column::DeletedAt, Expr::value(person.deleted_at))
        .filter(Column::Id.eq(id));
    if guard == Guard::AnotherAdministrator {
        let others = user::in_college(college_id)
            .filter(Column::Role.eq(Role::Admin))
            .filter(Column::IsActive.eq(true))
            .filter(Column::Id.ne(id))
            .select_only()
            .column(Column::Id);
        update = update.filter(Expr::exists(others.into_query()));
    }
    let written = update.exec(tx).await.map_err(refused)?;
    // The row is there and locked, so it is the guard that has refused it.
    if written.rows_affected == 1 { Ok(()) } else { Err(rules::last_admin()) }
}

pub fn refused(error: DbErr) -> Problem {
    match constraint::broken_unique(&error) {
        Some("uq_users_email") => Problem::already_exists(RESOURCE, "email"),
        _ => error.into(),
    }
}

/// Forgets what somebody was told, how they wanted to be told it, and who else was.
pub async fn forget_messages(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<(), Problem> {
    use crate::entity::{guardian, notification, notification_inbox, notification_preference};
    notification::delete_in_college(college_id).filter(notification::Column::UserId.eq(id)).exec(tx).await?;
    notification_inbox::delete_in_college(college_id)
        .filter(notification_inbox::Column::UserId.eq(id))
        .exec(tx)
        .await?;
    let said = notification_preference::delete_in_college(college_id);
    said.filter(notification_preference::Column::UserId.eq(id)).exec(tx).await?;
    guardian::delete_in_college(college_id).filter(guardian::Column::StudentId.eq(id)).exec(tx).await?;
    Ok(())
}

/// Deletes the keys of a person's devices, with their names. Records name keys without pointing to them.
pub async fn forget_devices(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<(), Problem> {
    use crate::entity::device;
    device::delete_in_college(college_id).filter(device::Column::UserId.eq(id)).exec(tx).await?;
    Ok(())
}

/// Deletes what is kept of a face, with the key that opens it, and ends the consent.
pub async fn forget_face(tx: &Tx, college_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<(), Problem> {
    use crate::entity::{face_consent, face_key, face_picture, face_template};
    // The key first: a check-in that keeps the mark of a picture meanwhile holds it too.
    let key = face_key::in_college(college_id).filter(face_key::Column::UserId.eq(id));
    key.lock(LockType::Update).one(tx).await?;
    face_picture::delete_in_college(college_id).filter(face_picture::Column::UserId.eq(id)).exec(tx).await?;
    face_template::delete_in_college(college_id).filter(face_template::Column::UserId.eq(id)).exec(tx).await?;
    face_key::delete_in_college(college_id).filter(face_key::Column::UserId.eq(id)).exec(tx).await?;
    let standing = face_consent::update_in_college(college_id)
        .col_expr(face_consent::Column::WithdrawnAt, Expr::value(now))
        .filter(face_consent::Column::UserId.eq(id))
        .filter(face_consent::Column::WithdrawnAt.is_null());
    standing.exec(tx).await?;
    Ok(())
}
