//! Who is to come to a session that is not for a whole division.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use uuid::Uuid;

use crate::{
    entity::{
        session::Model,
        session_participant::{self, Column},
        user,
    },
    problem::Problem,
    store::{ROWS_PER_STATEMENT, Tx},
};

/// Whether a student is one of them. It is not asked of copies: few sessions have participants, and they change with none.
pub async fn is_one(connection: &impl ConnectionTrait, session: &Model, student_id: Uuid) -> Result<bool, Problem> {
    let found = of(session).filter(Column::StudentId.eq(student_id)).one(connection).await?;
    Ok(found.is_some())
}

/// Those who are active, in the order of their ids.
pub async fn list_active(connection: &impl ConnectionTrait, session: &Model) -> Result<Vec<Uuid>, Problem> {
    let active = user::in_college(session.college_id)
        .filter(user::Column::IsActive.eq(true))
        .filter(user::Column::Role.eq(user::Role::Student))
        .select_only()
        .column(user::Column::Id);
    let query = of(session).filter(Column::StudentId.in_subquery(active.into_query())).order_by_asc(Column::StudentId);
    Ok(query.select_only().column(Column::StudentId).into_tuple().all(connection).await?)
}

/// Names the participants of a new session.
pub async fn put(tx: &Tx, session: &Model, students: &[Uuid]) -> Result<(), Problem> {
    for some in students.chunks(ROWS_PER_STATEMENT) {
        let row = |student_id| {
            session_participant::Model { college_id: session.college_id, session_id: session.id, student_id }.into()
        };
        session_participant::insert(some.iter().copied().map(row)).exec_without_returning(tx).await?;
    }
    Ok(())
}

fn of(session: &Model) -> session_participant::Find {
    session_participant::in_college(session.college_id).filter(Column::SessionId.eq(session.id))
}
