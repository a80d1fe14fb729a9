//! The queries behind a makeup session, in few columns: they read a whole college.

use std::{
    collections::{BTreeSet, HashSet},
    ops::RangeInclusive,
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use uuid::Uuid;

use super::{
    super::rules::LONGEST,
    occupancy::{Occupancy, Taken},
    owing::{self, Debt, Owing},
    rooms::Room,
    span::Span,
};
use crate::{
    entity::{
        attendance_record::{self, Status},
        location,
        session::{self, Column, Model, State},
        session_participant, user,
    },
    organisation::{self, Membership},
    problem::Problem,
    store::ROWS_PER_STATEMENT,
    timetable,
};

const DAY: TimeDelta = TimeDelta::days(1);

/// Those who owe a session: who could come again, has not made it up, and is not to do so in a session that is planned.
pub async fn owing(connection: &impl ConnectionTrait, session: &Model) -> Result<Owing, Problem> {
    let debt = owing::debt(session)?;
    let students = match debt {
        Debt::Session => {
            if has_makeup(connection, session).await? {
                return Err(owing::nothing("A makeup session is planned for it already."));
            }
            let day = organisation::day_in(&session.time_zone, session.planned_start);
            organisation::students_on(connection, session.college_id, session.division_id, day).await?
        }
        Debt::Absences => absentees(connection, session).await?,
    };
    if students.is_empty() {
        return Err(owing::nothing("Nobody owes this session."));
    }
    Ok(Owing { debt, students })
}

/// The makeup sessions of one that count: those that were not cancelled.
fn makeups(session: &Model) -> session::Find {
    session::in_college(session.college_id)
        .filter(Column::MakesUpSessionId.eq(session.id))
        .filter(Column::State.ne(State::Cancelled))
}

async fn has_makeup(connection: &impl ConnectionTrait, session: &Model) -> Result<bool, Problem> {
    Ok(makeups(session).one(connection).await?.is_some())
}

async fn absentees(connection: &impl ConnectionTrait, session: &Model) -> Result<Vec<Uuid>, Problem> {
    use attendance_record::Column;
    let open = makeups(session).filter(session::Column::State.ne(State::Completed));
    let provided_for = session_participant::in_college(session.college_id)
        .filter(session_participant::Column::SessionId.in_subquery(id_of(open)))
        .select_only()
        .column(session_participant::Column::StudentId);
    let active = user::in_college(session.college_id)
        .filter(user::Column::IsActive.eq(true))
        .filter(user::Column::Role.eq(user::Role::Student))
        .select_only()
        .column(user::Column::Id);
    let query = attendance_record::in_college(session.college_id)
        .filter(Column::SessionId.eq(session.id))
        .filter(Column::Status.is_in([Status::Absent, Status::Excused, Status::Pending]))
        .filter(Column::RepaidBySessionId.is_null())
        .filter(Column::StudentId.in_subquery(active.into_query()))
        .filter(Column::StudentId.not_in_subquery(provided_for.into_query()))
        .order_by_asc(Column::StudentId);
    Ok(query.select_only().column(Column::StudentId).into_tuple().all(connection).await?)
}

fn id_of(sessions: session::Find) -> sea_orm::sea_query::SelectStatement {
    sessions.select_only().column(Column::Id).into_query()
}

/// Students, each with the times in which they belong to divisions.
pub async fn students_with_memberships(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    time_zone: &str,
    students: &[Uuid],
) -> Result<Vec<(Uuid, Vec<Membership>)>, Problem> {
    let mut found = organisation::list_memberships_of(connection, college_id, time_zone, students).await?;
    Ok(students.iter().map(|id| (*id, found.remove(id).unwrap_or_default())).collect())
}

/// A college's rooms.
pub async fn load_rooms(connection: &impl ConnectionTrait, college_id: Uuid) -> Result<Vec<Room>, Problem> {
    let columns = [location::Column::Id, location::Column::Name, location::Column::Capacity];
    let query = location::in_college(college_id).select_only().columns(columns);
    let rows: Vec<(Uuid, String, Option<i32>)> = query.into_tuple().all(connection).await?;
    Ok(rows.into_iter().map(|(id, name, capacity)| Room { id, name, capacity }).collect())
}

type Row = (
    Uuid,
    Uuid,
    Uuid,
    Uuid,
    DateTime<Utc>,
    DateTime<Utc>,
    State,
    Option<Uuid>,
    Option<NaiveDate>,
    bool,
    Option<DateTime<Utc>>,
);

/// Who and what is taken on some days: by sessions, and by slots on days for which they have none.
pub async fn load_occupancy(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    zone: Tz,
    days: RangeInclusive<NaiveDate>,
    days_off: &BTreeSet<NaiveDate>,
) -> Result<Occupancy, Problem> {
    let rows = load_sessions(connection, college_id, &days).await?;
    let special: Vec<Uuid> = rows.iter().filter(|row| row.9 && row.6 != State::Cancelled).map(|row| row.0).collect();
    let participants = load_participants(connection, college_id, &special).await?;
    let slots = timetable::booked(connection, college_id, &days).await?;
    let days_off = days_off.clone();
    // A college has thousands of slots, which are not for the threads that serve everybody else.
    let gather = move || {
        let planned: HashSet<(Uuid, NaiveDate)> = rows.iter().filter_map(|row| Some((row.7?, row.8?))).collect();
        let of_slots = slots.into_iter().flat_map(|slot| {
            let planned = &planned;
            slot.occurrences(zone, &days_off, &days)
                .filter(move |occurrence| !planned.contains(&(slot.slot_id, occurrence.date)))
                .map(move |occurrence| Taken {
                    teacher_id: slot.teacher_id,
                    location_id: slot.location_id,
                    division_id: slot.division_id,
                    participants_of: None,
                    span: Span { start: occurrence.start, end: occurrence.end },
                })
        });
        let of_sessions = rows.iter().filter(|row| row.6 != State::Cancelled).map(
            |(id, division_id, teacher_id, location_id, start, end, _, _, _, has_participants, ended)| Taken {
                teacher_id: *teacher_id,
                location_id: *location_id,
                division_id: *division_id,
                participants_of: has_participants.then_some(*id),
                // What was ended before its time takes nobody's time after that.
                span: Span { start: *start, end: ended.map_or(*end, |ended| ended.clamp(*start, *end)) },
            },
        );
        Occupancy::of(of_sessions.chain(of_slots), &participants)
    };
    tokio::task::spawn_blocking(gather).await.map_err(Problem::internal)
}

/// The sessions that touch some days, and those that were moved away from them.
async fn load_sessions(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    days: &RangeInclusive<NaiveDate>,
) -> Result<Vec<Row>, Problem> {
    let columns = [
        Column::Id,
        Column::DivisionId,
        Column::TeacherId,
        Column::LocationId,
        Column::PlannedStart,
        Column::PlannedEnd,
        Column::State,
        Column::TimetableId,
        Column::OccurrenceDate,
        Column::HasParticipants,
        Column::EndedAt,
    ];
    // No zone is more than a day away from UTC.
    let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    let (from, before) = (midnight(*days.start()) - DAY - LONGEST, midnight(*days.end()) + DAY + DAY);
    let touching = Condition::all().add(Column::PlannedStart.gte(from)).add(Column::PlannedStart.lt(before));
    let moved = Condition::all()
        .add(Column::IsAdjusted.eq(true))
        .add(Column::OccurrenceDate.between(*days.start(), *days.end()));
    let query = session::in_college(college_id).filter(Condition::any().add(touching).add(moved));
    Ok(query.select_only().columns(columns).into_tuple().all(connection).await?)
}

/// The pairs of a session and a student.
async fn load_participants(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    sessions: &[Uuid],
) -> Result<Vec<(Uuid, Uuid)>, Problem> {
    use session_participant::Column;
    let mut pairs = Vec::new();
    for some in sessions.chunks(ROWS_PER_STATEMENT) {
        let query = session_participant::in_college(college_id).filter(Column::SessionId.is_in(some.iter().copied()));
        let columns = [Column::SessionId, Column::StudentId];
        let found: Vec<(Uuid, Uuid)> = query.select_only().columns(columns).into_tuple().all(connection).await?;
        pairs.extend(found);
    }
    Ok(pairs)
}
