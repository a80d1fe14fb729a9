//! Who is told of an event.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::event::{Event, What};
use crate::{
    entity::{
        attendance_record::{self, Status},
        location, session_participant,
    },
    organisation,
    problem::Problem,
    store::Database,
};

/// Everybody who is told, in the order of their ids. Whoever did it knows already.
pub async fn of(database: &Database, event: &Event) -> Result<Vec<Uuid>, Problem> {
    let plan = &event.plan;
    let mut people: BTreeSet<Uuid> = match &event.what {
        What::SessionEnded => absent(database, event).await?.into_iter().collect(),
        What::ExcuseDecided { student_id, .. }
        | What::ReviewDecided { student_id, .. }
        | What::DeviceEnrolled { student_id, .. }
        | What::LowAttendance { student_id, .. } => [*student_id].into(),
        What::FaceEnrolled { user_id, .. } => [*user_id].into(),
        What::SessionStarted | What::SessionCancelled { .. } | What::MakeupBooked { .. } => {
            attending(database, event).await?
        }
        What::SessionChanged { former_teacher_id, .. } => {
            attending(database, event).await?.into_iter().chain(*former_teacher_id).collect()
        }
    };
    if let What::SessionStarted
    | What::SessionChanged { .. }
    | What::SessionCancelled { .. }
    | What::MakeupBooked { .. } = event.what
    {
        people.insert(plan.teacher_id);
        event.actor_id.map(|actor| people.remove(&actor));
    }
    Ok(people.into_iter().collect())
}

/// The students who are to come.
async fn attending(database: &Database, event: &Event) -> Result<BTreeSet<Uuid>, Problem> {
    let (reader, plan) = (database.reader(), &event.plan);
    if plan.has_participants {
        let students: Vec<Uuid> = session_participant::in_college(event.college_id)
            .filter(session_participant::Column::SessionId.eq(plan.session_id))
            .select_only()
            .column(session_participant::Column::StudentId)
            .into_tuple()
            .all(reader)
            .await?;
        return Ok(students.into_iter().collect());
    }
    let day = organisation::day_in(&plan.time_zone, plan.planned_start);
    let students = organisation::students_on(reader, event.college_id, plan.division_id, day).await?;
    Ok(students.into_iter().collect())
}

/// The students whose record says so now: what was corrected meanwhile is no news.
async fn absent(database: &Database, event: &Event) -> Result<Vec<Uuid>, Problem> {
    Ok(attendance_record::in_college(event.college_id)
        .filter(attendance_record::Column::SessionId.eq(event.plan.session_id))
        .filter(attendance_record::Column::Status.eq(Status::Absent))
        .select_only()
        .column(attendance_record::Column::StudentId)
        .into_tuple()
        .all(database.reader())
        .await?)
}

/// Whether a student is absent in a session.
pub async fn is_absent(
    database: &Database,
    college_id: Uuid,
    session_id: Uuid,
    student_id: Uuid,
) -> Result<bool, Problem> {
    let record = attendance_record::in_college(college_id)
        .filter(attendance_record::Column::SessionId.eq(session_id))
        .filter(attendance_record::Column::StudentId.eq(student_id))
        .one(database.reader())
        .await?;
    Ok(record.is_some_and(|record| record.status == Status::Absent))
}

/// What the place of an event is called; empty where it is gone.
pub async fn place(database: &Database, event: &Event) -> Result<String, Problem> {
    let found = location::in_college(event.college_id)
        .filter(location::Column::Id.eq(event.plan.location_id))
        .one(database.reader())
        .await?;
    Ok(found.map(|location| location.name).unwrap_or_default())
}
