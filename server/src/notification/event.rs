//! What has happened, as it is written down in the transaction that makes it happen.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    entity::{
        notification::Kind,
        session::{self, State},
    },
    jobs,
    problem::Problem,
    store::Tx,
};

/// The kind of job that spreads an event.
pub const KIND: &str = "notification.spread";

/// Something that people are told of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    pub id: Uuid,
    pub college_id: Uuid,
    /// Who did it, and so need not be told.
    pub actor_id: Option<Uuid>,
    pub at: DateTime<Utc>,
    pub plan: Plan,
    pub what: What,
}

/// The session that it is about, as it is from then on. Where it is about none, its ids are nil.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Plan {
    pub session_id: Uuid,
    pub subject: String,
    pub planned_start: DateTime<Utc>,
    pub planned_end: DateTime<Utc>,
    pub time_zone: String,
    pub location_id: Uuid,
    pub division_id: Uuid,
    pub teacher_id: Uuid,
    /// Whether it is for some students rather than for its division.
    pub has_participants: bool,
}

/// What has happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    SessionStarted,
    SessionChanged {
        changes: Vec<Change>,
        /// Who was to teach before, where that is somebody else.
        former_teacher_id: Option<Uuid>,
        reason: String,
    },
    SessionCancelled {
        reason: String,
    },
    /// A session that was missed is to be made up in this one.
    MakeupBooked {
        makes_up_session_id: Uuid,
    },
    /// The session is over, and whoever is absent now is told so.
    SessionEnded,
    ExcuseDecided {
        student_id: Uuid,
        is_approved: bool,
        reason: String,
    },
    /// A flagged check-in was confirmed or rejected.
    ReviewDecided {
        student_id: Uuid,
        is_confirmed: bool,
        reason: String,
    },
    /// A key of a device was enrolled; it is active from then on.
    DeviceEnrolled {
        student_id: Uuid,
        key_id: Uuid,
        name: String,
        active_from: DateTime<Utc>,
    },
    /// A face was enrolled, perhaps in place of another.
    FaceEnrolled {
        user_id: Uuid,
        is_replaced: bool,
    },
    /// A student's attendance has come below what the college wants.
    LowAttendance {
        student_id: Uuid,
        percent: u8,
        wanted_percent: u8,
    },
}

/// What is different about a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Change {
    Teacher,
    Time,
    Place,
}

impl What {
    pub const fn kind(&self) -> Kind {
        match self {
            Self::SessionStarted => Kind::SessionStarted,
            Self::SessionChanged { .. } => Kind::SessionChanged,
            Self::SessionCancelled { .. } => Kind::SessionCancelled,
            Self::MakeupBooked { .. } => Kind::MakeupBooked,
            Self::SessionEnded => Kind::Absence,
            Self::ExcuseDecided { .. } => Kind::ExcuseDecided,
            Self::ReviewDecided { .. } => Kind::ReviewDecided,
            Self::DeviceEnrolled { .. } => Kind::DeviceEnrolled,
            Self::FaceEnrolled { .. } => Kind::FaceEnrolled,
            Self::LowAttendance { .. } => Kind::LowAttendance,
        }
    }
}

impl Event {
    /// About a session as it is now.
    pub fn of(session: &session::Model, what: What, actor_id: Option<Uuid>, at: DateTime<Utc>) -> Self {
        Self {
            id: Uuid::now_v7(),
            college_id: session.college_id,
            actor_id,
            at,
            plan: Plan {
                session_id: session.id,
                subject: session.subject.clone(),
                planned_start: session.planned_start,
                planned_end: session.planned_end,
                time_zone: session.time_zone.clone(),
                location_id: session.location_id,
                division_id: session.division_id,
                teacher_id: session.teacher_id,
                has_participants: session.has_participants,
            },
            what,
        }
    }
}

impl Event {
    /// About a person, and no session. Times are told by this zone's clocks.
    pub fn of_a_person(
        college_id: Uuid,
        time_zone: String,
        what: What,
        actor_id: Option<Uuid>,
        at: DateTime<Utc>,
    ) -> Self {
        let plan = Plan { time_zone, ..Plan::default() };
        Self { id: Uuid::now_v7(), college_id, actor_id, at, plan, what }
    }

    /// The session that it is about.
    pub fn session_id(&self) -> Option<Uuid> {
        Some(self.plan.session_id).filter(|id| !id.is_nil())
    }
}

impl Event {
    /// About a session that has just been started, ended or cancelled.
    pub fn moved(session: &session::Model, actor_id: Option<Uuid>, at: DateTime<Utc>) -> Option<Self> {
        let what = match session.state {
            State::Scheduled => return None,
            State::Active => What::SessionStarted,
            State::Completed => What::SessionEnded,
            State::Cancelled => What::SessionCancelled { reason: session.cancel_reason.clone() },
        };
        Some(Self::of(session, what, actor_id, at))
    }

    /// About a session whose plan is another one now; none where nothing of it is different that people go by.
    pub fn changed(
        before: &session::Model,
        after: &session::Model,
        actor_id: Option<Uuid>,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Option<Self> {
        let is_later = (before.planned_start, before.planned_end) != (after.planned_start, after.planned_end);
        let is_handed_over = before.teacher_id != after.teacher_id;
        let changes: Vec<Change> = [
            (is_handed_over, Change::Teacher),
            (is_later, Change::Time),
            (before.location_id != after.location_id, Change::Place),
        ]
        .into_iter()
        .filter_map(|(is_so, change)| is_so.then_some(change))
        .collect();
        if changes.is_empty() {
            return None;
        }
        let former_teacher_id = is_handed_over.then_some(before.teacher_id);
        let what = What::SessionChanged { changes, former_teacher_id, reason: reason.to_owned() };
        Some(Self::of(after, what, actor_id, at))
    }
}

/// The kind of job that looks whether the attendance of those who were absent is low. `report` does it.
pub const CHECK_ATTENDANCE: &str = "notification.check_attendance";

/// After which event, and of whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AttendanceCheck {
    pub event: Event,
    pub student_ids: Vec<Uuid>,
}

/// Has people told of events if the transaction is committed. `jobs::announce` after that has them told at once; without
/// it, within some seconds.
pub async fn raise(tx: &Tx, events: impl IntoIterator<Item = Event>) -> Result<(), Problem> {
    let events: Vec<Event> = events.into_iter().collect();
    let Some(at) = events.first().map(|event| event.at) else { return Ok(()) };
    jobs::insert_all(tx, KIND, events, at).await
}
