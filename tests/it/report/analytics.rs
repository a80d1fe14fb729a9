//! GetAnalytics, held against the slow and obvious way.

use chrono::{NaiveDate, TimeDelta};
use rand::RngExt as _;
use rollcall_proto::v1::{AttendanceCounts, GetAnalyticsRequest, get_analytics_request::GroupBy};
use rollcall_tests::{Answer as _, Class, Kind, actor::Actor, in_every_world, on_both_stores};
use serde_json::json;
use tonic::Code;

use super::{
    history::{History, set},
    slow::{self, DEFAULT, Fact, Rule},
};
use crate::division::today;

in_every_world!(equals_the_slow_way);
on_both_stores!(rates_follow_the_college, has_pages, refuses_what_cannot_be_listed);

const GROUPS: [GroupBy; 7] = [
    GroupBy::Student,
    GroupBy::Session,
    GroupBy::Division,
    GroupBy::Course,
    GroupBy::Teacher,
    GroupBy::Day,
    GroupBy::Weekday,
];

/// Every page of what is asked.
pub async fn analytics(actor: &Actor, mut request: GetAnalyticsRequest) -> Vec<(String, i32, AttendanceCounts)> {
    let mut groups = Vec::new();
    loop {
        let page = actor.reports().get_analytics(request.clone()).await.answer();
        groups.extend(page.groups.into_iter().map(|group| (group.key, group.sessions, group.counts.expect("counts"))));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return groups;
        }
    }
}

/// Whether a fact is asked for.
fn is_asked(request: &GetAnalyticsRequest, fact: &Fact) -> bool {
    let date = |text: &Option<String>| text.as_deref().map(|text| text.parse::<NaiveDate>().expect("a day"));
    let is = |wanted: &Option<String>, had: &str| wanted.as_deref().is_none_or(|wanted| wanted == had);
    date(&request.from_date).is_none_or(|from| from <= fact.day)
        && date(&request.to_date).is_none_or(|to| fact.day <= to)
        && is(&request.student_id, &fact.student)
        && is(&request.division_id, &fact.division)
        && is(&request.teacher_id, &fact.teacher)
        && is(&request.subject, &fact.subject)
}

async fn equals_the_slow_way(kind: Kind) {
    let mut history = History::open(kind, 11).await;
    history.correct(25).await;
    let facts = slow::facts(&history.class.admin()).await;
    assert!(facts.len() > 60, "{}", facts.len());
    let college = history.class.college.clone();
    let (teacher, student) = (college.teacher.id.to_string(), college.students[5].id.to_string());
    for round in 0..8 {
        let asked = any(&mut history, round);
        for group_by in GROUPS {
            let request = GetAnalyticsRequest { group_by: group_by as i32, ..asked.clone() };
            let bare_subject = group_by == GroupBy::Student
                && request.subject.is_some()
                && request.division_id.is_none()
                && request.teacher_id.is_none()
                && request.student_id.is_none();
            // Everybody finds what they may see, and nothing else.
            let callers: [(Actor, &dyn Fn(&Fact) -> bool); 3] = [
                (history.class.admin(), &|_| true),
                (history.class.teacher(), &|fact| fact.teacher == teacher),
                (history.class.student(5), &|fact| fact.student == student),
            ];
            for (number, (actor, sees)) in callers.into_iter().enumerate() {
                if bare_subject && number == 0 {
                    continue;
                }
                let seen = facts.iter().filter(|fact| is_asked(&request, fact) && sees(fact));
                let expected = slow::grouped(seen, group_by, DEFAULT);
                assert_eq!(analytics(&actor, request.clone()).await, expected, "caller {number}: {request:?}");
            }
        }
    }
    // The first round asks for everything, so that the comparison is of something.
    let everything = GetAnalyticsRequest { group_by: GroupBy::Session as i32, ..Default::default() };
    assert!(analytics(&history.class.admin(), everything).await.len() > 20);
}

/// Filters as they come; none in the first round.
fn any(history: &mut History, round: usize) -> GetAnalyticsRequest {
    let mut request = GetAnalyticsRequest::default();
    if round == 0 {
        return request;
    }
    let college = history.class.college.clone();
    let dice = &mut history.dice;
    if dice.random_bool(0.7) {
        let from = today() - TimeDelta::days(dice.random_range(0..120));
        request.from_date = Some(from.to_string());
        request.to_date = Some((from + TimeDelta::days(dice.random_range(-2..90))).to_string());
    }
    if dice.random_bool(0.3) {
        request.division_id =
            Some([&college.division, &college.other_division][dice.random_range(0..2)].id.to_string());
    }
    if dice.random_bool(0.3) {
        request.teacher_id = Some([&college.teacher, &college.other_teacher][dice.random_range(0..2)].id.to_string());
    }
    if dice.random_bool(0.3) {
        request.student_id = Some(college.students[dice.random_range(0..7)].id.to_string());
    }
    if dice.random_bool(0.3) {
        request.subject = Some(["Algebra", "Botany", "Nothing"][dice.random_range(0..3)].to_owned());
    }
    request
}

async fn rates_follow_the_college(kind: Kind) {
    let history = History::open(kind, 12).await;
    let admin = history.class.admin();
    let facts = slow::facts(&admin).await;
    for excused in ["PRESENT", "ABSENT", "EXCLUDED"] {
        for late_weight_percent in [0, 33, 50, 100] {
            set(&admin, &json!({"late_weight_percent": late_weight_percent, "excused_counts": excused})).await;
            let rule = Rule { late_weight_percent, excused };
            for group_by in [GroupBy::Student, GroupBy::Course] {
                let request = GetAnalyticsRequest { group_by: group_by as i32, ..Default::default() };
                let expected = slow::grouped(facts.iter(), group_by, rule);
                assert_eq!(analytics(&admin, request).await, expected, "{rule:?}");
            }
        }
    }
}

async fn has_pages(kind: Kind) {
    let history = History::open(kind, 13).await;
    let teacher = history.class.teacher();
    for actor in [history.class.admin(), history.class.teacher()] {
        for group_by in GROUPS {
            let all = GetAnalyticsRequest { group_by: group_by as i32, page_size: 500, ..Default::default() };
            let expected = analytics(&actor, all.clone()).await;
            assert!(!expected.is_empty(), "{group_by:?}");
            for page_size in [1, 2, 3] {
                let request = GetAnalyticsRequest { page_size, ..all.clone() };
                assert_eq!(analytics(&actor, request).await, expected, "{group_by:?} in pages of {page_size}");
            }
        }
    }
    let first = GetAnalyticsRequest { group_by: GroupBy::Day as i32, page_size: 1, ..Default::default() };
    let token = teacher.reports().get_analytics(first.clone()).await.answer().next_page_token;
    let others = [
        GetAnalyticsRequest { page_token: token.clone(), group_by: GroupBy::Weekday as i32, ..first.clone() },
        GetAnalyticsRequest { page_token: token, subject: Some("Algebra".to_owned()), ..first },
    ];
    for request in others {
        let refusal = teacher.reports().get_analytics(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
    }
}

async fn refuses_what_cannot_be_listed(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let table = [
        ("", "group_by"),
        ("?group_by=MOON", "group_by"),
        ("?group_by=DAY&from_date=2026-02-30", "from_date"),
        ("?group_by=DAY&to_date=tomorrow", "to_date"),
        ("?group_by=STUDENT&subject=Algebra", "division_id"),
        ("?group_by=DAY&student_id=7", "student_id"),
        ("?group_by=DAY&page_size=-1", "page_size"),
    ];
    for (query, field) in table {
        let refusal = class.admin().rest().get(&format!("/api/v1/attendance/analytics{query}")).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{query}");
        assert_eq!(refusal.violations[0].0, field, "{query}");
    }
    let refusal = class.admin().rest().get("/api/v1/attendance/at-risk?below_percent=101").await.refused();
    assert_eq!(refusal.violations[0].0, "below_percent");
    // What is not there has nothing to count.
    let nothing = GetAnalyticsRequest {
        group_by: GroupBy::Student as i32,
        division_id: Some(uuid::Uuid::now_v7().to_string()),
        ..Default::default()
    };
    assert_eq!(analytics(&class.admin(), nothing).await, []);
}
