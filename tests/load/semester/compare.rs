//! Statistics over REST, against those that were counted slowly.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use rand::{RngExt as _, rngs::StdRng};
use rollcall_tests::rest::Rest;
use serde_json::{Value, json};

use super::{
    facts::{Fact, Line, Rule, grouped},
    lesson::Lesson,
    stage::Stage,
};

const GROUPINGS: [&str; 7] = ["STUDENT", "SESSION", "DIVISION", "COURSE", "TEACHER", "DAY", "WEEKDAY"];
const STATUSES: [&str; 5] = ["present", "late", "absent", "excused", "pending"];
const QUESTIONS: [&str; 4] = ["content", "delivery", "engagement", "overall"];
/// Fewer answers are never shown, and none before they have settled.
const LEAST_ANSWERS: usize = 3;
const FEEDBACK: TimeDelta = TimeDelta::seconds(7 * 86_400 + 30);

/// What is asked for beside the grouping, and which facts that leaves.
struct Filter<'f> {
    query: String,
    takes: Box<dyn Fn(&Fact) -> bool + 'f>,
}

impl Stage<'_> {
    /// Asks for everything in every way, as an administrator, a teacher and a student.
    pub async fn compare_statistics(&self, facts: &[Fact], dice: &mut StdRng) -> anyhow::Result<()> {
        let admin = self.admin().rest();
        let rule = Rule {
            late_weight_percent: dice.random_range(0..=100),
            excused: ["EXCLUDED", "PRESENT", "ABSENT"][dice.random_range(0..3)],
        };
        let settings = json!({"late_weight_percent": rule.late_weight_percent, "excused_counts": rule.excused});
        admin.send(admin.request(http::Method::PATCH, "/api/v1/college").json(&settings)).await.answer();
        let any = facts.get(dice.random_range(0..facts.len().max(1))).context("nothing is counted")?;
        let (from, to) = self.some_days(dice);
        let term = format!("&from_date={from}&to_date={to}");
        let is_in_term = move |fact: &Fact| from <= fact.day && fact.day <= to;
        let filters = [
            Filter { query: String::new(), takes: Box::new(|_| true) },
            Filter { query: term.clone(), takes: Box::new(is_in_term) },
            Filter {
                query: format!("&division_id={}", any.division),
                takes: Box::new(|fact| fact.division == any.division),
            },
            Filter {
                query: format!("&teacher_id={}{term}", any.teacher),
                takes: Box::new(move |fact| fact.teacher == any.teacher && is_in_term(fact)),
            },
            Filter {
                query: format!("&student_id={}&subject={}", any.student, any.subject),
                takes: Box::new(|fact| fact.student == any.student && fact.subject == any.subject),
            },
        ];
        for by in GROUPINGS {
            for Filter { query, takes } in &filters {
                let due = grouped(facts.iter().filter(|fact| takes(fact)), by, rule);
                self.compare_lines(&admin, &format!("/attendance/analytics?group_by={by}{query}"), due).await?;
            }
            for (person, is_student) in [(&any.teacher, false), (&any.student, true)] {
                let everybody = self.school.teachers.iter().chain(&self.school.students);
                let found = everybody.clone().find(|user| user.id.to_string() == *person).context("nobody")?;
                let rest = self.world.actor(found).rest();
                let own = |fact: &&Fact| if is_student { fact.student == *person } else { fact.teacher == *person };
                let due = grouped(facts.iter().filter(own), by, rule);
                self.compare_lines(&rest, &format!("/attendance/analytics?group_by={by}"), due).await?;
            }
        }
        for Filter { query, takes } in &filters[..3] {
            let below = dice.random_range(60..=100);
            let mut due = grouped(facts.iter().filter(|fact| takes(fact)), "STUDENT", rule);
            due.retain(|line| line.rate.is_some_and(|rate| rate < below * 10_000));
            due.sort_by_key(|line| (line.rate, line.key.clone()));
            let due = due.into_iter().map(|line| Line { sessions: 0, ..line }).collect();
            self.compare_lines(&admin, &format!("/attendance/at-risk?below_percent={below}{query}"), due).await?;
        }
        Ok(())
    }

    /// Feedback that is closed, by teacher and by course.
    pub async fn compare_feedback(
        &self,
        lessons: impl Iterator<Item = &Lesson> + Clone,
        now: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let is_published = |lesson: &&Lesson| {
            let is_closed = lesson.ended.is_some_and(|ended| ended + FEEDBACK <= now);
            lesson.answers.len() >= LEAST_ANSWERS && is_closed
        };
        for by in ["TEACHER", "COURSE"] {
            let mut due: BTreeMap<String, Vec<&Lesson>> = BTreeMap::new();
            for lesson in lessons.clone().filter(is_published) {
                let key = match by {
                    "TEACHER" => self.school.teachers[lesson.teacher].id.to_string(),
                    _ => self.school.slots[lesson.slot].subject.to_owned(),
                };
                due.entry(key).or_default().push(lesson);
            }
            let path = format!("/feedback/statistics?group_by={by}");
            let told = self.pages(&self.admin().rest(), &path, "groups").await?;
            anyhow::ensure!(told.len() == due.len(), "{path} has {} groups, and should have {}", told.len(), due.len());
            for (group, (key, lessons)) in told.iter().zip(due) {
                let answers: Vec<&[i32; 4]> = lessons.iter().flat_map(|lesson| lesson.answers.values()).collect();
                let figures = &group["figures"];
                let given = |question: usize, rating: i32| answers.iter().filter(|all| all[question] == rating).count();
                let is_right = group["key"] == json!(key)
                    && group["sessions"] == json!(lessons.len())
                    && figures["answers"] == json!(answers.len())
                    && QUESTIONS.iter().enumerate().all(|(number, question)| {
                        let counts: Vec<usize> = (1..=5).map(|rating| given(number, rating)).collect();
                        figures[question]["counts"] == json!(counts)
                    });
                anyhow::ensure!(is_right, "{path}: of {key} there are {} answers: {group}", answers.len());
                self.figures.compared(22);
            }
        }
        Ok(())
    }

    /// A term that begins and ends on any day, also of one day only.
    fn some_days(&self, dice: &mut StdRng) -> (NaiveDate, NaiveDate) {
        let length = u64::try_from((self.school.last - self.school.first).num_days()).unwrap_or(0);
        let from = dice.random_range(0..length);
        (self.school.first + Days::new(from), self.school.first + Days::new(dice.random_range(from..=length + 20)))
    }

    async fn compare_lines(&self, rest: &Rest, path: &str, due: Vec<Line>) -> anyhow::Result<()> {
        let list = if path.contains("at-risk") { "students" } else { "groups" };
        let told = self.pages(rest, path, list).await?;
        let told: Vec<Line> = told.iter().map(line).collect::<anyhow::Result<_>>()?;
        self.figures.compared(due.len() * 7);
        if let Some((told, due)) = told.iter().zip(&due).find(|(told, due)| told != due) {
            anyhow::bail!("{path} tells\n  {told:?}\nand the records say\n  {due:?}");
        }
        anyhow::ensure!(told.len() == due.len(), "{path} tells of {} groups, and there are {}", told.len(), due.len());
        Ok(())
    }

    async fn pages(&self, rest: &Rest, path: &str, list: &str) -> anyhow::Result<Vec<Value>> {
        let (mut found, mut token) = (Vec::new(), String::new());
        loop {
            let page = rest.get(&format!("/api/v1{path}&page_size=500&page_token={token}")).await;
            self.figures.calls.set(self.figures.calls.get() + 1);
            anyhow::ensure!(page.status == 200, "{path}: {}", page.body);
            found.extend(page.body[list].as_array().with_context(|| format!("no {list} in {}", page.body))?.clone());
            page.body["next_page_token"].as_str().context("no token")?.clone_into(&mut token);
            if token.is_empty() {
                return Ok(found);
            }
        }
    }
}

fn line(group: &Value) -> anyhow::Result<Line> {
    let counts = &group["counts"];
    let number = |value: &Value| value.as_i64().with_context(|| format!("no number in {group}"));
    let key = group["key"].as_str().or(group["student_id"].as_str()).context("no key")?;
    let mut line = Line { key: key.to_owned(), sessions: 0, counts: [0; 5], rate: None };
    // Who is at risk is told without the sessions.
    if let Some(sessions) = group.get("sessions") {
        line.sessions = number(sessions)?;
    }
    for (status, count) in STATUSES.into_iter().zip(&mut line.counts) {
        *count = number(&counts[status])?;
    }
    line.rate = counts["rate_percent"].as_f64().map(|rate| (rate * 10_000.0).round() as i64);
    Ok(line)
}
