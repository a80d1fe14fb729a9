//! Whether the server's sessions and records are what was acknowledged, one by one.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::{Duration, Instant},
};

use rollcall_proto::v1::{ListExcusesRequest, Session, attendance_record::Status, excuse, session::State};
use rollcall_tests::record::time;

use super::{
    facts::Told,
    lesson::{Excuse, Family, Lesson},
    stage::{Stage, refused},
};

/// Longer than the server takes to end the time of an excuse.
const PATIENCE: Duration = Duration::from_secs(60);

impl Stage<'_> {
    /// Waits until the excuses that nobody decided in time have ended, and no others.
    pub async fn excuses_end(&self, families: &BTreeMap<usize, Family>) -> anyhow::Result<()> {
        let excuses = families.values().flat_map(|family| &family.lessons).flat_map(|lesson| lesson.excuses.values());
        let due: BTreeSet<&str> = excuses
            .filter_map(|excuse| match excuse {
                Excuse::Open { id, .. } => Some(id.as_str()),
                _ => None,
            })
            .collect();
        let begun = Instant::now();
        loop {
            let open = self.open_excuses().await?;
            if open.iter().map(String::as_str).collect::<BTreeSet<_>>() == due {
                self.figures.compared(due.len());
                return Ok(());
            }
            let (told, all) = (open.len(), due.len());
            anyhow::ensure!(
                begun.elapsed() < PATIENCE,
                "{told} excuses are open, and {all} should be: {open:?} {due:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn open_excuses(&self) -> anyhow::Result<BTreeSet<String>> {
        let open = excuse::Status::Open as i32;
        let mut request = ListExcusesRequest { page_size: 500, status: open, ..Default::default() };
        let mut found = BTreeSet::new();
        loop {
            let page = self.told("ListExcuses", self.admin().excuses().list_excuses(request.clone()).await);
            let page = page.map_err(refused)?;
            found.extend(page.excuses.into_iter().map(|excuse| excuse.id));
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                return Ok(found);
            }
        }
    }

    /// Holds every session and record against the notebook.
    pub fn check_ledger(&self, families: &BTreeMap<usize, Family>, told: &Told) -> anyhow::Result<()> {
        let number: HashMap<String, usize> =
            self.school.students.iter().enumerate().map(|(number, user)| (user.id.to_string(), number)).collect();
        let mut records: HashMap<&str, BTreeMap<usize, Status>> = HashMap::new();
        for record in &told.records {
            let student = number.get(&record.student_id).copied();
            let student = student.ok_or_else(|| anyhow::anyhow!("a record of nobody: {record:?}"))?;
            let twice = records.entry(&record.session_id).or_default().insert(student, record.status());
            anyhow::ensure!(twice.is_none(), "a second record: {record:?}");
        }
        let lessons = families.values().flat_map(|family| &family.lessons);
        let mut due: HashMap<&str, &Lesson> = lessons.map(|lesson| (lesson.id.as_str(), lesson)).collect();
        let now = self.now();
        for session in &told.sessions {
            let found = records.remove(session.id.as_str()).unwrap_or_default();
            match due.remove(session.id.as_str()) {
                Some(lesson) => {
                    self.check_session(lesson, session)?;
                    check_records(lesson, &found)?;
                    self.figures.compared(6 + found.len());
                }
                // Planned ahead, or gone with its day.
                None => anyhow::ensure!(found.is_empty(), "nobody was in {session:?}: {found:?}"),
            }
            let is_over = time(session.planned_end) < now;
            let is_settled = match session.state() {
                State::Completed => session.started_at.is_some() && session.ended_at.is_some(),
                State::Cancelled => session.end_reason != 0,
                _ => !is_over,
            };
            anyhow::ensure!(is_settled, "at {now} a session cannot be so: {session:?}");
        }
        anyhow::ensure!(due.is_empty(), "sessions are gone: {:?}", due.keys());
        anyhow::ensure!(records.is_empty(), "records of sessions that are gone: {records:?}");
        Ok(())
    }

    fn check_session(&self, lesson: &Lesson, session: &Session) -> anyhow::Result<()> {
        let due = (lesson.state, lesson.end_reason, lesson.cancel_reason.as_str(), lesson.start);
        let told = (session.state(), session.end_reason(), session.cancel_reason.as_str(), time(session.planned_start));
        anyhow::ensure!(told == due, "{due:?} was acknowledged: {session:?}");
        let teacher = self.school.teachers[lesson.teacher].id.to_string();
        anyhow::ensure!(session.teacher_id == teacher, "{teacher} has it: {session:?}");
        anyhow::ensure!(session.has_participants == lesson.is_for_some, "for whom is it? {session:?}");
        Ok(())
    }
}

fn check_records(lesson: &Lesson, told: &BTreeMap<usize, Status>) -> anyhow::Result<()> {
    let students: BTreeSet<&usize> = told.keys().chain(lesson.records.keys()).collect();
    for student in students {
        let (told, due) = (told.get(student), lesson.records.get(student));
        let journal = || -> Vec<&str> {
            let of_student = lesson.journal.iter().filter(|(who, _)| who == student);
            of_student.map(|(_, what)| what.as_str()).collect()
        };
        anyhow::ensure!(
            told == due,
            "the record of student {student} in session {} is {told:?} and should be {due:?}, after: {:?}",
            lesson.id,
            journal()
        );
    }
    Ok(())
}
