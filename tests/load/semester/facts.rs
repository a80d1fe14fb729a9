//! The slow and obvious way: every session and every record is read over the API, and counted by what its session was.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike as _, NaiveDate};
use rollcall_proto::v1::{
    AttendanceRecord, ListRecordsRequest, ListSessionsRequest, Session, attendance_record::Status, session::State,
};
use rollcall_tests::record::time;

use super::{
    berlin,
    lesson::owes,
    stage::{Stage, refused},
};

/// PRESENT, LATE, ABSENT, EXCUSED, PENDING.
pub type Counts = [i64; 5];

/// All that the server tells of what happened.
pub struct Told {
    pub sessions: Vec<Session>,
    pub records: Vec<AttendanceRecord>,
}

/// A record that counts, with all that it can be grouped by.
#[derive(Clone, Debug)]
pub struct Fact {
    pub student: String,
    pub session: String,
    pub division: String,
    pub subject: String,
    pub teacher: String,
    pub day: NaiveDate,
    pub status: Status,
}

/// A group: its key, how many sessions and records it has, and the rate in millionths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub key: String,
    pub sessions: i64,
    pub counts: Counts,
    pub rate: Option<i64>,
}

/// What the college's rates are made by.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub late_weight_percent: i64,
    /// As the setting is called.
    pub excused: &'static str,
}

impl Stage<'_> {
    /// Reads everything.
    pub async fn read(&self) -> anyhow::Result<Told> {
        let admin = self.admin();
        let mut told = Told { sessions: Vec::new(), records: Vec::new() };
        let mut request = ListSessionsRequest { page_size: 500, ..Default::default() };
        loop {
            let page = self.told("ListSessions", admin.sessions().list_sessions(request.clone()).await);
            let page = page.map_err(refused)?;
            told.sessions.extend(page.sessions);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        let mut request = ListRecordsRequest { page_size: 500, ..Default::default() };
        loop {
            let page = self.told("ListRecords", admin.records().list_records(request.clone()).await);
            let page = page.map_err(refused)?;
            told.records.extend(page.records);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                return Ok(told);
            }
        }
    }
}

impl Told {
    /// The records that count. Told are also those that should say that they were repaid and do not, or the other way.
    pub fn facts(&self) -> anyhow::Result<Vec<Fact>> {
        let repaid = self.repaid();
        let payments: BTreeSet<(&str, &str)> = repaid.iter().map(|((_, student), by)| (*by, *student)).collect();
        let sessions: HashMap<&str, &Session> =
            self.sessions.iter().map(|session| (session.id.as_str(), session)).collect();
        let mut facts = Vec::new();
        for record in &self.records {
            let (of, student) = (record.session_id.as_str(), record.student_id.as_str());
            let Some(session) = sessions.get(of) else { anyhow::bail!("a record of no session: {record:?}") };
            let by = repaid.get(&(of, student)).copied().unwrap_or_default();
            anyhow::ensure!(record.repaid_by_session_id == by, "it should be repaid by {by:?}: {record:?}");
            let is_counted = match session.has_participants {
                true => payments.contains(&(of, student)),
                false => by.is_empty(),
            };
            if session.state() == State::Completed && is_counted {
                facts.push(Fact {
                    student: student.to_owned(),
                    session: of.to_owned(),
                    division: session.division_id.clone(),
                    subject: session.subject.clone(),
                    teacher: session.teacher_id.clone(),
                    day: berlin::day_of(time(session.planned_start)),
                    status: record.status(),
                });
            }
        }
        Ok(facts)
    }

    /// Which absences were repaid, by session and student, and by which makeup session: the first one that was attended.
    fn repaid(&self) -> BTreeMap<(&str, &str), &str> {
        let status: HashMap<(&str, &str), Status> = self
            .records
            .iter()
            .map(|record| ((record.session_id.as_str(), record.student_id.as_str()), record.status()))
            .collect();
        let mut makeups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for session in &self.sessions {
            if session.has_participants && session.state() == State::Completed {
                makeups.entry(&session.makes_up_session_id).or_default().insert(&session.id);
            }
        }
        let mut repaid = BTreeMap::new();
        for record in self.records.iter().filter(|record| owes(record.status())) {
            let (of, student) = (record.session_id.as_str(), record.student_id.as_str());
            let attended = |makeup: &&&str| status.get(&(**makeup, student)).is_some_and(|status| !owes(*status));
            if let Some(by) = makeups.get(of).and_then(|makeups| makeups.iter().find(attended)) {
                repaid.insert((of, student), *by);
            }
        }
        repaid
    }
}

/// The key of a fact's group, after what comes before it in the order of groups.
fn key(fact: &Fact, by: &str) -> (String, String) {
    let key = match by {
        "STUDENT" => &fact.student,
        "SESSION" => return (fact.day.to_string(), fact.session.clone()),
        "DIVISION" => &fact.division,
        "COURSE" => &fact.subject,
        "TEACHER" => &fact.teacher,
        "DAY" => &fact.day.to_string(),
        _ => &fact.day.weekday().number_from_monday().to_string(),
    };
    (String::new(), key.clone())
}

/// Groups of facts, in their order.
pub fn grouped<'f>(facts: impl Iterator<Item = &'f Fact>, by: &str, rule: Rule) -> Vec<Line> {
    let mut groups: BTreeMap<(String, String), Vec<&Fact>> = BTreeMap::new();
    for fact in facts {
        groups.entry(key(fact, by)).or_default().push(fact);
    }
    let line = |((_, key), facts): (_, Vec<&Fact>)| {
        let sessions: BTreeSet<&str> = facts.iter().map(|fact| fact.session.as_str()).collect();
        let mut counts = [0; 5];
        for fact in facts {
            counts[fact.status as usize - 1] += 1;
        }
        Line { key, sessions: sessions.len() as i64, counts, rate: rate(counts, rule) }
    };
    groups.into_iter().map(line).collect()
}

fn rate([present, late, absent, excused, pending]: Counts, rule: Rule) -> Option<i64> {
    let (attended, counted) = match rule.excused {
        "PRESENT" => (excused, excused),
        "ABSENT" => (0, excused),
        _ => (0, 0),
    };
    let attended = 100 * (present + attended) + rule.late_weight_percent * late;
    let all = present + late + absent + pending + counted;
    (all > 0).then(|| attended * 10_000 / all)
}
