//! A walk: each step taken by whoever would take it, in the server and in the model.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use rollcall_proto::v1::{
    BookMakeupRequest, CancelSessionRequest, CreateSessionRequest, DecideExcuseRequest, EndSessionRequest,
    GetSessionRequest, Mark, MarkRecordsRequest, RequestExcuseRequest, StartSessionRequest, UpdateRecordRequest,
    attendance_record::Status, decide_excuse_request::Decision, session::State,
};
use rollcall_tests::{Answer as _, Class, class::request, record::timestamp};
use uuid::Uuid;

use super::model::{Model, Outcome, STUDENTS, Step, Which};

pub struct Walk<'c> {
    class: &'c Class,
    model: Model,
    original: String,
    /// Each that was booked.
    makeups: Vec<String>,
    /// The last one of a student about a session.
    excuses: BTreeMap<(String, usize), String>,
    taken: Vec<Step>,
}

/// What a call gave, in the words of the model.
fn outcome<T>(result: Result<tonic::Response<T>, tonic::Status>) -> Result<T, String> {
    result.map(tonic::Response::into_inner).map_err(|refused| Err::<tonic::Response<T>, _>(refused).refused().reason)
}

impl<'c> Walk<'c> {
    /// A session that is planned for now.
    pub async fn begin(class: &'c Class) -> Self {
        let now = class.world.clock().now();
        let plan = CreateSessionRequest {
            location_id: class.college.location.id.to_string(),
            division_id: class.college.division.id.to_string(),
            teacher_id: None,
            subject: "Random walks".to_owned(),
            planned_start: Some(timestamp(now)),
            planned_end: Some(timestamp(now + TimeDelta::hours(1))),
            late_grace_seconds: None,
            also_location_ids: Vec::new(),
        };
        let original = class.teacher().sessions().create_session(plan).await.answer().id;
        Self { class, model: Model::new(), original, makeups: Vec::new(), excuses: BTreeMap::new(), taken: Vec::new() }
    }

    fn id(&self, which: Which) -> Option<String> {
        match which {
            Which::Original => Some(self.original.clone()),
            Which::Makeup => self.makeups.last().cloned(),
        }
    }

    /// Takes a step in both, and says where they disagree.
    pub async fn take(&mut self, step: Step) -> Result<(), String> {
        let before = self.model.clone();
        let expected = self.model.take(step);
        self.taken.push(step);
        if expected == Outcome::Skipped {
            return Ok(());
        }
        let found = self.call(step, &before).await;
        let agrees = match (&found, expected) {
            (Ok(()), Outcome::Done) => true,
            (Err(reason), Outcome::Refused(expected)) => reason == expected,
            _ => false,
        };
        if agrees {
            Ok(())
        } else {
            Err(format!("{step:?} was to be {expected:?} and was {found:?}: {:?}", self.taken))
        }
    }

    async fn call(&mut self, step: Step, before: &Model) -> Result<(), String> {
        let class = self.class;
        let teacher = class.teacher();
        match step {
            Step::Start(which) => {
                let id = self.id(which).unwrap_or_default();
                outcome(teacher.sessions().start_session(StartSessionRequest { id, ..Default::default() }).await)
                    .map(drop)
            }
            Step::End(which) => {
                let id = self.id(which).unwrap_or_default();
                outcome(teacher.sessions().end_session(EndSessionRequest { id }).await).map(drop)
            }
            Step::Cancel(which) => {
                let id = self.id(which).unwrap_or_default();
                let request = CancelSessionRequest { id, reason: "rain".to_owned() };
                outcome(teacher.sessions().cancel_session(request).await).map(drop)
            }
            Step::CheckIn(which, student) => {
                let id: Uuid = self.id(which).unwrap_or_default().parse().expect("an id");
                let is_active = before.of(which).is_some_and(|session| session.state == State::Active);
                // No code is shown of a session that does not run.
                let code = if is_active { class.code_of(id).await.code } else { "R1".to_owned() };
                let wanted = request(id, &code, class.college.north(0.0));
                outcome(class.student(student).check_ins().check_in(wanted).await).map(drop)
            }
            Step::Mark(which, student, status) => {
                let mark = Mark { student_id: self.student(student), status: status.into() };
                let request = MarkRecordsRequest {
                    session_id: self.id(which).unwrap_or_default(),
                    marks: vec![mark],
                    reason: "I saw it".to_owned(),
                };
                outcome(teacher.records().mark_records(request).await).map(drop)
            }
            Step::Correct(which, student, status) => {
                let id = self.records(&self.id(which).unwrap_or_default()).await[&student].0.clone();
                let request = UpdateRecordRequest { id, status: status.into(), reason: "I was wrong".to_owned() };
                outcome(teacher.records().update_record(request).await).map(drop)
            }
            Step::Ask(which, student) => {
                let id = self.id(which).unwrap_or_default();
                let request = RequestExcuseRequest {
                    session_id: Some(id.clone()),
                    reason: "Ill".to_owned(),
                    ..Default::default()
                };
                let excuse = outcome(class.student(student).excuses().request_excuse(request).await)?;
                self.excuses.insert((id, student), excuse.id);
                Ok(())
            }
            Step::Decide(which, student, is_approved) => {
                let excuse = self.excuses[&(self.id(which).unwrap_or_default(), student)].clone();
                let decision = if is_approved { Decision::Approve } else { Decision::Refuse };
                let request = DecideExcuseRequest {
                    id: Some(excuse),
                    decision: decision.into(),
                    reason: "So be it".to_owned(),
                    ..Default::default()
                };
                outcome(teacher.excuses().decide_excuse(request).await).map(drop)
            }
            Step::BookMakeup => {
                let start = class.world.clock().now() + TimeDelta::minutes(5);
                let request = BookMakeupRequest {
                    id: self.original.clone(),
                    planned_start: Some(timestamp(start)),
                    planned_end: Some(timestamp(start + TimeDelta::hours(1))),
                    ..Default::default()
                };
                let makeup = outcome(teacher.sessions().book_makeup(request).await)?;
                self.makeups.push(makeup.id);
                Ok(())
            }
        }
    }

    fn student(&self, number: usize) -> String {
        self.class.college.students[number].id.to_string()
    }

    /// The records of a session by student: their ids, what they say, and what repaid them.
    async fn records(&self, session: &str) -> BTreeMap<usize, (String, Status, String)> {
        let records = self.class.records_of(session.parse().expect("an id")).await;
        let by_id: BTreeMap<String, usize> = (0..STUDENTS).map(|number| (self.student(number), number)).collect();
        records
            .into_iter()
            .map(|record| {
                let status = record.status();
                (by_id[&record.student_id], (record.id, status, record.repaid_by_session_id))
            })
            .collect()
    }

    /// What is there in the end must be what the model has. Then nothing is left that takes the teacher's time.
    pub async fn end(mut self) -> Result<(), String> {
        for which in [Which::Original, Which::Makeup] {
            let Some(id) = self.id(which) else { continue };
            let get = GetSessionRequest { id: id.clone() };
            let state = self.class.teacher().sessions().get_session(get).await.answer().state();
            let records = self.records(&id).await;
            let statuses: BTreeMap<usize, Status> = records.iter().map(|(student, told)| (*student, told.1)).collect();
            let Some(expected) = self.model.of(which) else { continue };
            if (state, &statuses) != (expected.state, &expected.records) {
                let taken = &self.taken;
                return Err(format!("{which:?} is {state:?} {statuses:?}, and was to be {expected:?}: {taken:?}"));
            }
            if which == Which::Original {
                let repaid: BTreeMap<usize, &str> = records
                    .iter()
                    .map(|(student, told)| (*student, told.2.as_str()))
                    .filter(|told| !told.1.is_empty())
                    .collect();
                let expected: BTreeMap<usize, &str> = self
                    .model
                    .repaid()
                    .into_iter()
                    .map(|(student, number)| (student, self.makeups[number].as_str()))
                    .collect();
                if repaid != expected {
                    return Err(format!("repaid are {repaid:?}, and were to be {expected:?}: {:?}", self.taken));
                }
            }
        }
        for which in [Which::Original, Which::Makeup] {
            self.take(Step::Cancel(which)).await?;
        }
        Ok(())
    }
}
