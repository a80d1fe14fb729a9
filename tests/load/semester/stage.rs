//! What people do while a session is held: each call as whoever would make it, and its answer in the notebook.

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt as _;
use rollcall_proto::v1::{
    CancelSessionRequest, ChangeTeacherRequest, CheckInRequest, EndSessionRequest, GetCurrentCodeRequest,
    GetSessionRequest, Mark, MarkRecordsRequest, Position, Session, StartSessionRequest,
    attendance_record::Status,
    session::{EndReason, State},
};
use rollcall_tests::{World, actor::Actor, problem::Refusal, record::time, until::until};
use tonic::Response;
use uuid::Uuid;

use super::{
    figures::Figures,
    lesson::{Family, Lesson},
    school::{GRACE_SECONDS, School},
    script::{Act, Due, after, chance},
};
use crate::world::{LATITUDE, LONGITUDE};

/// Where everything happens. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Stage<'s> {
    pub world: &'s World,
    pub school: &'s School,
    pub figures: &'s Figures,
}

impl Stage<'_> {
    pub fn admin(&self) -> Actor {
        self.world.actor(&self.school.admin)
    }

    pub fn teacher(&self, number: usize) -> Actor {
        self.world.actor(&self.school.teachers[number])
    }

    pub fn student(&self, number: usize) -> Actor {
        self.world.actor(&self.school.students[number])
    }

    /// The session's teacher, or now and then an administrator.
    pub fn staff(&self, family: &mut Family, lesson: usize) -> (Actor, EndReason) {
        match chance(&mut family.dice, 10) {
            true => (self.admin(), EndReason::Administrator),
            false => (self.teacher(family.lessons[lesson].teacher), EndReason::Teacher),
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.world.clock().now()
    }

    /// An answer, or why there is none.
    pub fn told<T>(&self, what: &str, result: Result<Response<T>, tonic::Status>) -> Result<T, Refusal> {
        self.figures.calls.set(self.figures.calls.get() + 1);
        result.map(Response::into_inner).map_err(|status| {
            let refusal = Refusal::from(&status);
            Refusal { message: format!("{what}: {}", refusal.message), ..refusal }
        })
    }

    /// Has an act done in one of a family's sessions. Tells what follows from it later.
    pub async fn perform(&self, family: &mut Family, number: usize, act: Act) -> anyhow::Result<Vec<Due>> {
        family.lessons[number].expire(self.now());
        let was = family.lessons[number].state;
        let told = format!("{act:?} in session {}", family.lessons[number].id);
        let mut script = match act {
            Act::HandOver => self.hand_over(family, number).await,
            Act::Start => self.start(family, number).await,
            Act::CheckIn(students) => self.check_in(&mut family.lessons[number], &students).await,
            Act::Roll(roll) => self.call_roll(family, number, roll).await,
            Act::Cancel => self.cancel(family, number).await,
            Act::End => self.end(family, number).await,
            Act::Settle => self.settle(&mut family.lessons[number]).await,
            act => self.later(family, number, act).await,
        }
        .with_context(|| told)?;
        let (lesson, dice) = (&family.lessons[number], &mut family.dice);
        if was != lesson.state && matches!(lesson.state, State::Completed | State::Cancelled) {
            script.extend(after(lesson, number, dice));
        }
        Ok(script)
    }

    async fn hand_over(&self, family: &mut Family, number: usize) -> anyhow::Result<Vec<Due>> {
        let teacher = family.dice.random_range(0..self.school.teachers.len());
        let (staff, _) = self.staff(family, number);
        let lesson = &mut family.lessons[number];
        let request = ChangeTeacherRequest {
            id: lesson.id.clone(),
            teacher_id: self.school.teachers[teacher].id.to_string(),
            reason: "Ill.".to_owned(),
        };
        match self.told("ChangeTeacher", staff.sessions().change_teacher(request).await) {
            Ok(_) => {
                self.figures.count("handed over");
                lesson.teacher = teacher;
            }
            Err(refusal) if refusal.reason == "SESSION_CONFLICT" => self.figures.count("not handed over: conflict"),
            Err(refusal) => anyhow::bail!("{refusal:?}"),
        }
        Ok(Vec::new())
    }

    async fn start(&self, family: &mut Family, number: usize) -> anyhow::Result<Vec<Due>> {
        let (staff, _) = self.staff(family, number);
        let lesson = &mut family.lessons[number];
        let request = StartSessionRequest { id: lesson.id.clone(), ..Default::default() };
        let session = self.told("StartSession", staff.sessions().start_session(request).await).map_err(refused)?;
        (lesson.state, lesson.begun) = (State::Active, Some(time(session.started_at)));
        Ok(Vec::new())
    }

    async fn check_in(&self, lesson: &mut Lesson, students: &[usize]) -> anyhow::Result<Vec<Due>> {
        let request = GetCurrentCodeRequest { location_id: lesson.room.clone(), session_id: Some(lesson.id.clone()) };
        let begun = lesson.begun.context("it has begun")?.max(lesson.start);
        let screen = self.teacher(lesson.teacher);
        for &student in students {
            let code = self.told("GetCurrentCode", screen.codes().get_current_code(request.clone()).await);
            let asked = CheckInRequest {
                check_in_id: Uuid::now_v7().to_string(),
                session_id: Some(lesson.id.clone()),
                qr_code: code.map_err(refused)?.code,
                position: Some(Position {
                    latitude: Some(LATITUDE),
                    longitude: Some(LONGITUDE),
                    accuracy_meters: Some(8.0),
                    mocked: false,
                }),
                ..Default::default()
            };
            let record = self.told("CheckIn", self.student(student).check_ins().check_in(asked).await);
            let record = record.map_err(refused)?;
            let is_late = time(record.marked_at) - begun > TimeDelta::seconds(GRACE_SECONDS.into());
            let due = if is_late { Status::Late } else { Status::Present };
            anyhow::ensure!(record.status() == due, "a check-in should be {due:?}: {record:?}, begun {begun}");
            self.figures.count("check-ins");
            lesson.set(student, due, "by check-in");
        }
        Ok(Vec::new())
    }

    async fn call_roll(
        &self,
        family: &mut Family,
        number: usize,
        roll: Vec<(usize, Status)>,
    ) -> anyhow::Result<Vec<Due>> {
        let (staff, _) = self.staff(family, number);
        let lesson = &mut family.lessons[number];
        let mark = |(student, status): &(usize, Status)| Mark {
            student_id: self.school.students[*student].id.to_string(),
            status: *status as i32,
        };
        let request = MarkRecordsRequest {
            session_id: lesson.id.clone(),
            marks: roll.iter().map(mark).collect(),
            reason: "The list.".to_owned(),
        };
        let marked = self.told("MarkRecords", staff.records().mark_records(request).await).map_err(refused)?;
        let all = marked.created + marked.updated + marked.unchanged;
        anyhow::ensure!(usize::try_from(all).ok() == Some(roll.len()), "{} marks did {marked:?}", roll.len());
        for (student, status) in roll {
            let status = if status == Status::Absent { lesson.absence(student) } else { status };
            self.figures.count("marks");
            lesson.set(student, status, "by the roll");
        }
        Ok(Vec::new())
    }

    async fn cancel(&self, family: &mut Family, number: usize) -> anyhow::Result<Vec<Due>> {
        let (staff, by) = self.staff(family, number);
        let lesson = &mut family.lessons[number];
        let reason = "The heating is broken.";
        let request = CancelSessionRequest { id: lesson.id.clone(), reason: reason.to_owned() };
        self.told("CancelSession", staff.sessions().cancel_session(request).await).map_err(refused)?;
        lesson.cancelled(by, reason);
        Ok(Vec::new())
    }

    async fn end(&self, family: &mut Family, number: usize) -> anyhow::Result<Vec<Due>> {
        let (staff, by) = self.staff(family, number);
        let lesson = &mut family.lessons[number];
        let request = EndSessionRequest { id: lesson.id.clone() };
        let session = self.told("EndSession", staff.sessions().end_session(request).await).map_err(refused)?;
        lesson.completed(by, time(session.ended_at));
        Ok(Vec::new())
    }

    /// Waits until the server has ended or cancelled what nobody did.
    async fn settle(&self, lesson: &mut Lesson) -> anyhow::Result<Vec<Due>> {
        let (admin, request) = (self.admin(), GetSessionRequest { id: lesson.id.clone() });
        let session: Session = until("the server has ended what nobody ended", async || {
            let session = self.told("GetSession", admin.sessions().get_session(request.clone()).await).ok()?;
            matches!(session.state(), State::Completed | State::Cancelled).then_some(session)
        })
        .await;
        let due = match lesson.state {
            State::Scheduled => (State::Cancelled, EndReason::NotStarted),
            _ => (State::Completed, EndReason::NotEnded),
        };
        anyhow::ensure!((session.state(), session.end_reason()) == due, "{due:?} is due: {session:?}");
        match due.0 {
            State::Cancelled => lesson.cancelled(due.1, ""),
            _ => lesson.completed(due.1, time(session.ended_at)),
        }
        Ok(Vec::new())
    }
}

/// A call that had to be answered.
pub fn refused(refusal: Refusal) -> anyhow::Error {
    anyhow::anyhow!("refused: {refusal:?}")
}
