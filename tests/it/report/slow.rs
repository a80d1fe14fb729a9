//! The slow and obvious way: every record is read over the API, and counted by what its session was.

use std::collections::BTreeMap;

use chrono::{Datelike as _, FixedOffset, NaiveDate};
use rollcall_proto::v1::{
    AttendanceCounts, ListRecordsRequest, ListSessionsRequest, attendance_record::Status,
    get_analytics_request::GroupBy, session::State,
};
use rollcall_tests::{Answer as _, actor::Actor, record::time};

/// One record with all that it can be grouped by.
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

/// What a college's rates are made by.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub late_weight_percent: i32,
    /// As the setting is called.
    pub excused: &'static str,
}

pub const DEFAULT: Rule = Rule { late_weight_percent: 100, excused: "EXCLUDED" };

/// Every record of completed sessions that somebody sees.
pub async fn facts(admin: &Actor) -> Vec<Fact> {
    let mut sessions = BTreeMap::new();
    let mut request = ListSessionsRequest { page_size: 500, state: State::Completed as i32, ..Default::default() };
    loop {
        let page = admin.sessions().list_sessions(request.clone()).await.answer();
        sessions.extend(page.sessions.into_iter().map(|session| (session.id.clone(), session)));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    let india = FixedOffset::east_opt(19_800).expect("an offset");
    let mut facts = Vec::new();
    let mut request = ListRecordsRequest { page_size: 500, ..Default::default() };
    loop {
        let page = admin.records().list_records(request.clone()).await.answer();
        for record in page.records {
            let Some(session) = sessions.get(&record.session_id) else { continue };
            facts.push(Fact {
                student: record.student_id.clone(),
                session: session.id.clone(),
                division: session.division_id.clone(),
                subject: session.subject.clone(),
                teacher: session.teacher_id.clone(),
                day: time(session.planned_start).with_timezone(&india).date_naive(),
                status: record.status(),
            });
        }
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return facts;
        }
    }
}

/// The key of a fact's group, in the order that groups have.
pub fn key(fact: &Fact, group_by: GroupBy) -> (String, String) {
    let key = match group_by {
        GroupBy::Unspecified => panic!("by nothing"),
        GroupBy::Student => &fact.student,
        GroupBy::Session => return (fact.day.to_string(), fact.session.clone()),
        GroupBy::Division => &fact.division,
        GroupBy::Course => &fact.subject,
        GroupBy::Teacher => &fact.teacher,
        GroupBy::Day => &fact.day.to_string(),
        GroupBy::Weekday => &fact.day.weekday().number_from_monday().to_string(),
    };
    (String::new(), key.clone())
}

/// Groups of facts: key, sessions, counts.
pub fn grouped<'f>(
    facts: impl Iterator<Item = &'f Fact>,
    group_by: GroupBy,
    rule: Rule,
) -> Vec<(String, i32, AttendanceCounts)> {
    let mut groups: BTreeMap<(String, String), Vec<&Fact>> = BTreeMap::new();
    for fact in facts {
        groups.entry(key(fact, group_by)).or_default().push(fact);
    }
    let counted = groups.into_iter().map(|((_, key), facts)| {
        let mut sessions: Vec<_> = facts.iter().map(|fact| &fact.session).collect();
        sessions.sort();
        sessions.dedup();
        (key, i32::try_from(sessions.len()).expect("few sessions"), counts(&facts, rule))
    });
    counted.collect()
}

pub fn counts(facts: &[&Fact], rule: Rule) -> AttendanceCounts {
    let mut counts = AttendanceCounts::default();
    let (mut attended, mut all) = (0.0, 0.0);
    for fact in facts {
        let (place, worth, counted) = match fact.status {
            Status::Present => (&mut counts.present, 1.0, true),
            Status::Late => (&mut counts.late, f64::from(rule.late_weight_percent) / 100.0, true),
            Status::Absent => (&mut counts.absent, 0.0, true),
            Status::Pending => (&mut counts.pending, 0.0, true),
            Status::Excused => {
                (&mut counts.excused, if rule.excused == "PRESENT" { 1.0 } else { 0.0 }, rule.excused != "EXCLUDED")
            }
            Status::Unspecified => panic!("{fact:?}"),
        };
        *place += 1;
        if counted {
            (attended, all) = (attended + worth, all + 1.0);
        }
    }
    // Cut to four decimals; what comes before the cut is off by less than its tolerance.
    counts.rate_percent = (all > 0.0).then(|| ((attended / all * 1e6 + 1e-6).floor()) / 1e4);
    counts
}
