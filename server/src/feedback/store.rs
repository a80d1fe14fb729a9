//! The queries of this slice, but for the statistics' own.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QueryResult, QuerySelect as _, Statement, Value,
    sea_query::{LockType, OnConflict},
};
use uuid::Uuid;

use super::convert::Figures;
use crate::{
    entity::{
        feedback_answer::{self, Column as Answered, Model as Answer},
        session::Model as Session,
        session_feedback::{self, Column, Model},
    },
    problem::Problem,
    store::Tx,
};

/// The questions, as their columns are called.
pub const QUESTIONS: [&str; 4] = ["content", "delivery", "engagement", "overall"];

pub async fn find(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    session_id: Uuid,
) -> Result<Option<Model>, Problem> {
    Ok(session_feedback::in_college(college_id).filter(Column::SessionId.eq(session_id)).one(connection).await?)
}

/// The row of a session, made where it is the first time, and locked: answers are counted one after the other.
pub async fn lock(tx: &Tx, session: &Session, day: NaiveDate, closes_at: DateTime<Utc>) -> Result<Model, Problem> {
    let (college_id, session_id) = (session.college_id, session.id);
    let first = Model {
        college_id,
        session_id,
        teacher_id: session.teacher_id,
        subject: session.subject.clone(),
        day,
        closes_at,
        answers: 0,
    };
    session_feedback::insert([first.into()])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    let row = session_feedback::in_college(college_id).filter(Column::SessionId.eq(session_id));
    let row = row.lock(LockType::NoKeyUpdate).one(tx).await?;
    row.ok_or_else(|| Problem::internal("the feedback of a session is not there after it was made"))
}

pub async fn answer_of(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    session_id: Uuid,
    student_id: Uuid,
) -> Result<Option<Answer>, Problem> {
    let answers = feedback_answer::in_college(college_id).filter(Answered::SessionId.eq(session_id));
    Ok(answers.filter(Answered::StudentId.eq(student_id)).one(connection).await?)
}

/// Puts an answer in the place of the one before, and counts it. The session's row is locked.
pub async fn put(tx: &Tx, before: Option<&Answer>, answer: &Answer) -> Result<(), Problem> {
    match before {
        None => feedback_answer::insert([answer.clone().into()]).exec_without_returning(tx).await.map(|_| ())?,
        Some(_) => answer.clone().into_active_model().reset_all().update(tx).await.map(|_| ())?,
    }
    let mut changes: Vec<String> = Vec::new();
    if before.is_none() {
        changes.push("answers = answers + 1".to_owned());
    }
    for (question, now) in QUESTIONS.into_iter().zip(ratings(answer)) {
        let was = before.map(|before| ratings(before)[QUESTIONS.iter().position(|&q| q == question).unwrap_or(0)]);
        if was == Some(now) {
            continue;
        }
        changes.push(format!("{question}_{now} = {question}_{now} + 1"));
        changes.extend(was.map(|was| format!("{question}_{was} = {question}_{was} - 1")));
    }
    if changes.is_empty() {
        return Ok(());
    }
    let sql = format!("UPDATE session_feedback SET {} WHERE college_id = $1 AND session_id = $2", changes.join(", "));
    let values = [Value::from(answer.college_id), answer.session_id.into()];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    Ok(())
}

/// In the order of the questions.
const fn ratings(answer: &Answer) -> [i32; 4] {
    [answer.content, answer.delivery, answer.engagement, answer.overall]
}

/// What is selected of some rows of sessions to get their figures.
pub fn sums() -> String {
    let mut sums = "CAST(SUM(f.answers) AS bigint) AS answers".to_owned();
    for question in QUESTIONS {
        for rating in 1..=5 {
            sums.push_str(&format!(", CAST(SUM(f.{question}_{rating}) AS bigint) AS {question}_{rating}"));
        }
    }
    sums
}

/// Figures of a row that has the sums.
pub fn figures(row: &QueryResult) -> Result<Figures, Problem> {
    let mut figures = Figures { answers: row.try_get("", "answers")?, counts: [[0; 5]; 4] };
    for (question, counts) in QUESTIONS.into_iter().zip(&mut figures.counts) {
        for (rating, count) in (1..=5).zip(counts) {
            *count = row.try_get("", &format!("{question}_{rating}"))?;
        }
    }
    Ok(figures)
}

/// The figures of one session.
pub async fn figures_of(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    session_id: Uuid,
) -> Result<Option<Figures>, Problem> {
    let sql = format!("SELECT {} FROM session_feedback f WHERE f.college_id = $1 AND f.session_id = $2", sums());
    let values = [Value::from(college_id), session_id.into()];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.query_one_raw(statement).await?.map(|row| figures(&row)).transpose()
}

/// What was written about a session, in the order of the ids, which are random.
pub async fn comments(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    session_id: Uuid,
    after: Option<Uuid>,
    most: u64,
) -> Result<Vec<Answer>, Problem> {
    let mut query = feedback_answer::in_college(college_id)
        .filter(Answered::SessionId.eq(session_id))
        .filter(Answered::Comment.ne(""))
        .order_by_asc(Answered::Id)
        .limit(most);
    if let Some(after) = after {
        query = query.filter(Answered::Id.gt(after));
    }
    Ok(query.all(connection).await?)
}
