//! BookMakeup: lock the college → who owes the session → is everything free still → insert, in one transaction.
//!
//! Everybody who books, moves a session or changes the timetable takes the same lock first, so what is free of them when it is
//! looked at is free when it is taken. Sessions that are made by hand ask nobody, and may overlap.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rollcall_proto::v1::BookMakeupRequest;
use serde_json::json;
use uuid::Uuid;

use super::{
    RESOURCE,
    access::find_for_staff,
    makeup::{self, Debt, Owing, Span},
    participants, rules,
    service::Service,
    store,
};
use crate::{
    audit, calendar, convert,
    entity::{
        college, location,
        session::{Model, Origin as From, Plan},
    },
    geofence, identity, jobs,
    notification::{self, Event, What},
    organisation,
    origin::Origin,
    principal::Principal,
    problem::{ErrorReason, Problem},
    store::{Notice, Tx, detach},
};

/// What is to be booked.
#[derive(Clone)]
struct Wanted {
    span: Span,
    location: location::Model,
    teacher_id: Uuid,
    /// Nobody named means all who owe.
    students: BTreeSet<Uuid>,
}

impl Service {
    pub(super) async fn book_makeup(
        &self,
        principal: &Principal,
        request: BookMakeupRequest,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let college_id = principal.college_id;
        let id = convert::id("id", &request.id)?;
        let original = find_for_staff(&self.store, principal, id).await?;
        let now = self.clock.now();
        let wanted = self.read(principal, &original, &request, now).await?;
        let row = audit::Row::by(principal, &origin, "session.makeup_booked", now);
        let (store, actor_id) = (self.store.clone(), principal.id);
        let session = detach(async move {
            let session = store
                .database
                .write(move |tx| {
                    Box::pin(async move {
                        let college = organisation::lock_college(tx, college_id).await?;
                        let (session, students) = book(tx, &college, &original, &wanted, now).await?;
                        store::insert(tx, session.clone()).await?;
                        participants::put(tx, &session, &students).await?;
                        let row = row.object(RESOURCE, session.id).detail(json!({"makes_up": original.id}));
                        let what = What::MakeupBooked { makes_up_session_id: original.id };
                        notification::raise(tx, [Event::of(&session, what, Some(actor_id), now)]).await?;
                        audit::insert(tx, row).await?;
                        Ok(session)
                    })
                })
                .await?;
            store.bus.announce(Notice::SessionChanged { college_id, session_id: session.id });
            jobs::announce(&store.bus);
            Ok::<_, Problem>(session)
        })
        .await?;
        Ok(session)
    }

    async fn read(
        &self,
        principal: &Principal,
        original: &Model,
        request: &BookMakeupRequest,
        now: DateTime<Utc>,
    ) -> Result<Wanted, Problem> {
        let (college_id, database) = (principal.college_id, &self.store.database);
        let start = convert::time("planned_start", request.planned_start)?;
        let end = convert::time("planned_end", request.planned_end)?;
        rules::check_plan(start, end)?;
        if start <= now {
            return Err(Problem::invalid_field("planned_start", "must be in the future"));
        }
        let named_teacher = convert::optional_id("teacher_id", request.teacher_id.as_deref())?;
        let teacher_id = rules::choose_makeup_teacher(principal, original, named_teacher)?;
        let teacher = identity::find_user(database.reader(), college_id, teacher_id).await?;
        rules::check_teacher(teacher.as_ref())?;
        let location_id = convert::optional_id("location_id", request.location_id.as_deref())?;
        let location = geofence::find(database, college_id, location_id.unwrap_or(original.location_id)).await?;
        let mut students = BTreeSet::new();
        for (number, text) in request.student_ids.iter().enumerate() {
            students.insert(convert::id(&format!("student_ids[{number}]"), text)?);
        }
        Ok(Wanted { span: Span { start, end }, location, teacher_id, students })
    }
}

/// The session, and who is to come to it where that is not the whole division.
async fn book(
    tx: &Tx,
    college: &college::Model,
    original: &Model,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<(Model, Vec<Uuid>), Problem> {
    let owing = makeup::owing(tx, original).await?;
    let students = choose_students(&owing, &wanted.students)?;
    check_free(tx, college, original, wanted, &students).await?;
    let plan = Plan {
        location_id: wanted.location.id,
        division_id: original.division_id,
        teacher_id: wanted.teacher_id,
        subject: original.subject.clone(),
        start: wanted.span.start,
        end: wanted.span.end,
        time_zone: college.time_zone.clone(),
        late_grace_seconds: original.late_grace_seconds,
    };
    let has_participants = owing.debt == Debt::Absences;
    let session = Model {
        origin: From::Makeup,
        makes_up_session_id: Some(original.id),
        has_participants,
        ..Model::planned(college.id, plan, now)
    };
    Ok((session, if has_participants { students } else { Vec::new() }))
}

/// Those who are to come. A division makes up a session as a whole.
fn choose_students(owing: &Owing, named: &BTreeSet<Uuid>) -> Result<Vec<Uuid>, Problem> {
    if named.is_empty() {
        return Ok(owing.students.clone());
    }
    if owing.debt == Debt::Session {
        return Err(Problem::invalid_field("student_ids", "must be empty for a session that did not take place"));
    }
    match named.iter().find(|id| !owing.students.contains(id)) {
        Some(id) => Err(Problem::invalid_field("student_ids", format!("{id} does not owe this session"))),
        None => Ok(named.iter().copied().collect()),
    }
}

async fn check_free(
    tx: &Tx,
    college: &college::Model,
    original: &Model,
    wanted: &Wanted,
    students: &[Uuid],
) -> Result<(), Problem> {
    let zone = organisation::zone(&college.time_zone);
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    let days = day(wanted.span.start)..=day(wanted.span.end);
    let days_off = calendar::days_off(tx, college.id, days.clone()).await?;
    if let Some(name) = days_off.name(*days.start()) {
        return Err(Problem::invalid_field("planned_start", format!("is on a day off: {name}")));
    }
    if wanted.location.capacity.is_some_and(|capacity| usize::try_from(capacity).unwrap_or(0) < students.len()) {
        let told = format!("holds fewer than the {} who are to come", students.len());
        return Err(Problem::invalid_field("location_id", told));
    }
    let occupancy = makeup::load_occupancy(tx, college.id, zone, days, &days_off.dates()).await?;
    let people = makeup::students_with_memberships(tx, college.id, &college.time_zone, students).await?;
    let span = [wanted.span];
    let is_taken = |busy: &makeup::Busy| busy.free(&span).any(|is_free| !is_free);
    let shared: Vec<&str> = [
        ("teacher", is_taken(&occupancy.teacher(wanted.teacher_id))),
        ("location", is_taken(&occupancy.room(wanted.location.id))),
        ("students", occupancy.students(&people).iter().all(|(busy, _)| is_taken(busy))),
    ]
    .into_iter()
    .filter_map(|(name, taken)| taken.then_some(name))
    .collect();
    if shared.is_empty() {
        return Ok(());
    }
    let told = format!("At that time these are taken: {}. Ask for makeup slots again.", shared.join(", "));
    Err(Problem::new(ErrorReason::MakeupSlotTaken, told)
        .with("shared", shared.join(","))
        .with("session_id", original.id))
}
