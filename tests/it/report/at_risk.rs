//! ListAtRisk, held against the slow and obvious way.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use rand::RngExt as _;
use rollcall_proto::v1::{AttendanceCounts, ListAtRiskRequest, get_analytics_request::GroupBy};
use rollcall_tests::{Answer as _, Kind, actor::Actor, in_every_world, on_both_stores};
use serde_json::json;
use tonic::Code;

use super::{
    history::{History, set},
    slow::{self, DEFAULT, Fact, Rule},
};
use crate::division::today;

in_every_world!(equals_the_slow_way);
on_both_stores!(follows_the_college);

async fn at_risk(actor: &Actor, mut request: ListAtRiskRequest) -> Vec<(String, AttendanceCounts)> {
    let mut students = Vec::new();
    loop {
        let page = actor.reports().list_at_risk(request.clone()).await.answer();
        students.extend(page.students.into_iter().map(|student| (student.student_id, student.counts.expect("counts"))));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return students;
        }
    }
}

fn expected<'f>(facts: impl Iterator<Item = &'f Fact>, below: i32, rule: Rule) -> Vec<(String, AttendanceCounts)> {
    let students = slow::grouped(facts, GroupBy::Student, rule).into_iter();
    let mut low: Vec<_> = students
        .map(|(student, _, counts)| (student, counts))
        .filter(|(_, counts)| counts.rate_percent.is_some_and(|rate| rate < f64::from(below)))
        .collect();
    low.sort_by(|(one, low), (other, high)| {
        low.rate_percent.partial_cmp(&high.rate_percent).expect("rates").then_with(|| one.cmp(other))
    });
    low
}

async fn equals_the_slow_way(kind: Kind) {
    let mut history = History::open(kind, 21).await;
    history.correct(10).await;
    let facts = slow::facts(&history.class.admin()).await;
    let college = history.class.college.clone();
    let mut found = BTreeMap::new();
    for round in 0..20 {
        let below = [40, 50, 60, 75, 100][round % 5];
        let mut request = ListAtRiskRequest { below_percent: below, page_size: 1 + round as i32, ..Default::default() };
        let (mut from, mut to) = (None, None);
        if round > 4 {
            let day = today() - TimeDelta::days(history.dice.random_range(0..120));
            (from, to) = (Some(day), Some(day + TimeDelta::days(history.dice.random_range(-1..90))));
            (request.from_date, request.to_date) = (from.map(|day| day.to_string()), to.map(|day| day.to_string()));
        }
        let division = (round % 3 == 1).then(|| college.other_division.id.to_string());
        request.division_id.clone_from(&division);
        let asked = |fact: &&Fact| {
            from.is_none_or(|from| from <= fact.day)
                && to.is_none_or(|to| fact.day <= to)
                && division.as_ref().is_none_or(|division| *division == fact.division)
        };
        let teacher = college.teacher.id.to_string();
        for (actor, is_teacher) in [(history.class.admin(), false), (history.class.teacher(), true)] {
            let seen = facts.iter().filter(asked).filter(|fact| !is_teacher || fact.teacher == teacher);
            let expected = expected(seen, below, DEFAULT);
            *found.entry(is_teacher).or_insert(0) += expected.len();
            assert_eq!(at_risk(&actor, request.clone()).await, expected, "teacher {is_teacher}: {request:?}");
        }
    }
    assert!(found.values().all(|&found| found > 10), "{found:?}");
}

async fn follows_the_college(kind: Kind) {
    let history = History::open(kind, 22).await;
    let admin = history.class.admin();
    let facts = slow::facts(&admin).await;
    let request = ListAtRiskRequest { below_percent: 60, page_size: 1, ..Default::default() };
    let all = ListAtRiskRequest { below_percent: 100, ..request.clone() };
    let token = admin.reports().list_at_risk(all).await.answer().next_page_token;
    for excused in ["PRESENT", "ABSENT"] {
        for late_weight_percent in [0, 50] {
            set(&admin, &json!({"late_weight_percent": late_weight_percent, "excused_counts": excused})).await;
            let rule = Rule { late_weight_percent, excused };
            assert_eq!(at_risk(&admin, request.clone()).await, expected(facts.iter(), 60, rule), "{rule:?}");
        }
    }
    // A page of an order that is not any more is none.
    let stale = ListAtRiskRequest { below_percent: 100, page_token: token, ..request };
    let refusal = admin.reports().list_at_risk(stale).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
}
