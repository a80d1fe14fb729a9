//! What people do about a session that is not being held: excuses, corrections, makeup sessions, feedback.

use std::collections::BTreeSet;

use anyhow::Context as _;
use chrono::{Days, TimeDelta};
use rand::RngExt as _;
use rollcall_proto::v1::{
    BookMakeupRequest, DecideExcuseRequest, GiveFeedbackRequest, ListMakeupSlotsRequest, ListRecordsRequest,
    RequestExcuseRequest, Session, UpdateRecordRequest, attendance_record::Status, decide_excuse_request::Decision,
    session::State,
};
use rollcall_tests::record::time;

use super::{
    berlin,
    lesson::{Excuse, Family, Lesson, owes},
    script::{self, Act, Due, chance, evening},
    stage::{Stage, refused},
};

/// The defaults of a college, in days.
const DECISION_DAYS: i64 = 14;
const LOCK_DAYS: u64 = 30;
const FEEDBACK_DAYS: i64 = 7;
/// How many proposals are tried before somebody gives up.
const TRIES: usize = 5;

impl Stage<'_> {
    pub async fn later(&self, family: &mut Family, number: usize, act: Act) -> anyhow::Result<Vec<Due>> {
        match act {
            Act::Ask(student) => self.ask(family, number, student).await,
            Act::Decide(student) => self.decide(family, number, student).await,
            Act::Correct(student, status) => self.correct(family, number, student, status).await,
            Act::MakeUp => self.make_up(family).await,
            Act::Rate(student, ratings) => self.rate(&mut family.lessons[number], student, ratings).await,
            other => anyhow::bail!("{other:?} is done in class"),
        }
    }

    async fn ask(&self, family: &mut Family, number: usize, student: usize) -> anyhow::Result<Vec<Due>> {
        let lesson = &mut family.lessons[number];
        if !lesson.may_ask(student) {
            return Ok(Vec::new());
        }
        let request = RequestExcuseRequest {
            session_id: Some(lesson.id.clone()),
            reason: "I was at the dentist.".to_owned(),
            ..Default::default()
        };
        let told = self.student(student).excuses().request_excuse(request).await;
        let excuse = self.told("RequestExcuse", told).map_err(refused)?;
        let (asked, decide_by) = (time(excuse.requested_at), time(excuse.decide_by));
        let locked = berlin::at(berlin::day_of(lesson.end) + Days::new(LOCK_DAYS + 1), 0, 0);
        let due = (asked.max(lesson.end) + TimeDelta::days(DECISION_DAYS)).min(locked);
        anyhow::ensure!(decide_by == due, "it should be decided by {due}: {excuse:?}");
        lesson.asked(student, excuse.id, decide_by);
        // Some are never decided.
        let is_decided = chance(&mut family.dice, 70);
        let at = evening(&mut family.dice, berlin::day_of(asked), 1..=10);
        let decision = Due { at, lesson: number, act: Act::Decide(student) };
        Ok(Vec::from_iter(is_decided.then_some(decision)))
    }

    async fn decide(&self, family: &mut Family, number: usize, student: usize) -> anyhow::Result<Vec<Due>> {
        let Some(Excuse::Open { id, .. }) = family.lessons[number].excuses.get(&student).cloned() else {
            return Ok(Vec::new());
        };
        let is_approved = chance(&mut family.dice, 65);
        let (staff, _) = self.staff(family, number);
        let request = DecideExcuseRequest {
            id: Some(id),
            record_id: None,
            decision: if is_approved { Decision::Approve } else { Decision::Refuse } as i32,
            reason: "So it says.".to_owned(),
        };
        self.told("DecideExcuse", staff.excuses().decide_excuse(request).await).map_err(refused)?;
        let excuse = if is_approved { Excuse::Approved } else { Excuse::Refused };
        family.lessons[number].decided(student, excuse);
        Ok(Vec::new())
    }

    async fn correct(
        &self,
        family: &mut Family,
        number: usize,
        student: usize,
        status: Status,
    ) -> anyhow::Result<Vec<Due>> {
        let (staff, _) = self.staff(family, number);
        let lesson = &mut family.lessons[number];
        let request = ListRecordsRequest { page_size: 500, session_id: Some(lesson.id.clone()), ..Default::default() };
        let told = self.told("ListRecords", staff.records().list_records(request).await).map_err(refused)?;
        let student_id = self.school.students[student].id.to_string();
        let record = told.records.into_iter().find(|record| record.student_id == student_id).context("no record")?;
        let request =
            UpdateRecordRequest { id: record.id, status: status as i32, reason: "On the second look.".to_owned() };
        let record = self.told("UpdateRecord", staff.records().update_record(request).await).map_err(refused)?;
        anyhow::ensure!(record.status() == status, "{status:?} was asked for: {record:?}");
        self.figures.count("corrections");
        lesson.set(student, status, "by correction");
        Ok(Vec::new())
    }

    async fn make_up(&self, family: &mut Family) -> anyhow::Result<Vec<Due>> {
        let mut owing = family.owing();
        if owing.is_empty() {
            return Ok(Vec::new());
        }
        let is_for_some = family.lessons[0].state == State::Completed;
        let (staff, _) = self.staff(family, 0);
        let id = family.lessons[0].id.clone();
        let request = ListMakeupSlotsRequest { id: id.clone(), max_slots: 60, ..Default::default() };
        let told = staff.sessions().list_makeup_slots(request).await;
        let told = self.told("ListMakeupSlots", told).map_err(refused)?;
        let counted = usize::try_from(told.owing_students)?;
        anyhow::ensure!(counted == owing.len(), "{counted} are said to owe it, and {} do: {owing:?}", owing.len());
        // Not all of them are asked each time.
        let mut student_ids = Vec::new();
        if is_for_some && chance(&mut family.dice, 30) {
            let last = family.dice.random_range(0..owing.len());
            owing = owing.into_iter().take(last + 1).collect();
            student_ids = owing.iter().map(|student| self.school.students[*student].id.to_string()).collect();
        }
        let tomorrow = berlin::at(berlin::day_of(self.now()) + Days::new(1), 0, 0);
        let mut slots: Vec<_> = told.slots.into_iter().filter(|slot| time(slot.planned_start) > tomorrow).collect();
        for _ in 0..TRIES.min(slots.len()) {
            let slot = slots.swap_remove(family.dice.random_range(0..slots.len()));
            let request = BookMakeupRequest {
                id: id.clone(),
                planned_start: slot.planned_start,
                planned_end: slot.planned_end,
                location_id: Some(slot.location_id.clone()),
                teacher_id: None,
                student_ids: student_ids.clone(),
            };
            match self.told("BookMakeup", staff.sessions().book_makeup(request).await) {
                Ok(session) => return Ok(self.booked(family, session, owing)),
                Err(refusal) if refusal.reason == "MAKEUP_SLOT_TAKEN" => self.figures.count("makeup slot taken"),
                Err(refusal) => return Err(refused(refusal)),
            }
        }
        self.figures.count("no time found to make up");
        Ok(Vec::new())
    }

    fn booked(&self, family: &mut Family, session: Session, owing: BTreeSet<usize>) -> Vec<Due> {
        let original = &family.lessons[0];
        let is_for_some = original.state == State::Completed;
        let span = [time(session.planned_start), time(session.planned_end)];
        let division = self.school.slots[original.slot].division;
        let expected = match is_for_some {
            true => owing,
            false => self.school.enrolled(division, berlin::day_of(span[0])),
        };
        let planned = Lesson::planned(session.id, original.slot, original.teacher, session.location_id, span);
        let makeup = Lesson { is_makeup: true, is_for_some, expected, ..planned };
        let number = family.lessons.len();
        let script = script::day(&makeup, number, self.school, &mut family.dice);
        family.lessons.push(makeup);
        script
    }

    async fn rate(&self, lesson: &mut Lesson, student: usize, ratings: [i32; 4]) -> anyhow::Result<Vec<Due>> {
        // The record may have been corrected since.
        if lesson.records.get(&student).is_none_or(|status| owes(*status)) {
            return Ok(Vec::new());
        }
        let [content, delivery, engagement, overall] = ratings;
        let request = GiveFeedbackRequest {
            session_id: lesson.id.clone(),
            content,
            delivery,
            engagement,
            overall,
            comment: String::new(),
        };
        let told = self.student(student).feedback().give_feedback(request).await;
        let feedback = self.told("GiveFeedback", told).map_err(refused)?;
        let due = lesson.ended.context("it has ended")? + TimeDelta::days(FEEDBACK_DAYS);
        anyhow::ensure!(time(feedback.closes_at) == due, "it should close at {due}: {feedback:?}");
        self.figures.count("answers of feedback");
        lesson.answers.insert(student, ratings);
        Ok(Vec::new())
    }
}
