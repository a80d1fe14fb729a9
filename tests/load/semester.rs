//! `load semester`: a whole semester of a school, lived through by an accelerated clock, with its statistics held against the
//! records and its records against what was acknowledged.

mod berlin;
mod compare;
mod days_off;
mod facts;
mod figures;
mod ledger;
mod lesson;
mod office;
mod planned;
mod school;
mod script;
mod stage;

use std::{collections::BTreeMap, time::Instant};

use chrono::{DateTime, Days, NaiveDate, Utc};
use futures_util::{StreamExt as _, TryStreamExt as _};
use rand::{SeedableRng as _, rngs::StdRng};
use rollcall_proto::v1::attendance_record::Status;
use rollcall_tests::{Kind, World, world::Plan};

use crate::args::{Database, Semester};
use days_off::DaysOff;
use figures::{Figures, missing};
use lesson::Family;
use school::School;
use script::{Act, Due};
use stage::Stage;

/// Longer than an excuse waits and feedback is open.
const AFTERWARDS: Days = Days::new(16);

/// Lives through it, prints what happened, and fails where the server and the notebook disagree.
pub async fn run(options: &Semester, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let seed_number = options.seed_number.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    println!("--seed-number {seed_number}");
    let mut dice = StdRng::seed_from_u64(seed_number);
    let (school, seed) = School::plan(options, &mut dice);
    let kind = match options.database {
        Database::Postgres => Kind::POSTGRES_MEMORY,
        Database::Sqlite => Kind::SQLITE_MEMORY,
    };
    let work = async {
        let mut world = Plan::new(kind).set("LOG_LEVEL", "WARN").prepare().await;
        let evening = berlin::at(school.first - Days::new(1), 20, 0);
        world.advance_unasked((evening - world.clock().now()).num_seconds());
        world.begin([seed]).await;
        let figures = Figures::default();
        let stage = Stage { world: &world, school: &school, figures: &figures };
        let course = Course { stage, options, seed_number, dice, families: BTreeMap::new(), agenda: BTreeMap::new() };
        let lived = course.live().await;
        (lived, complaints(&world))
    };
    let (lived, complaints) = tokio::select! {
        result = work => result,
        error = stopped => return Err(error),
    };
    // What went wrong in the server may be why the rest did.
    if !complaints.is_empty() {
        eprintln!("the server complains:\n{complaints}");
    }
    println!("{}", lived?);
    anyhow::ensure!(complaints.is_empty(), "the server complains");
    Ok(())
}

/// What the server had to say: with its level at WARN, only what went wrong. A job that is being done while the clock is moved on
/// loses its lease and is done again, which is no fault of the server's.
fn complaints(world: &World) -> String {
    let log = std::fs::read_to_string(world.log(0)).unwrap_or_default();
    let is_lease = |line: &str| {
        line.contains("the lease of a job has ended") || line.contains("a job failed") && line.contains("dead=false")
    };
    let lines: Vec<&str> = log.lines().filter(|line| !is_lease(line)).take(20).collect();
    lines.join("\n")
}

/// The semester as it goes on.
struct Course<'c> {
    stage: Stage<'c>,
    options: &'c Semester,
    seed_number: u64,
    dice: StdRng,
    families: BTreeMap<usize, Family>,
    /// What is to be done when: of which family, in which of its sessions.
    agenda: BTreeMap<DateTime<Utc>, Vec<(usize, usize, Act)>>,
}

impl Course<'_> {
    async fn live(mut self) -> anyhow::Result<String> {
        let begun = Instant::now();
        let (stage, last) = (self.stage, self.stage.school.last);
        let mut days_off = DaysOff::begin(stage, &mut self.dice).await?;
        let weeks = (self.options.weeks / 4).max(1);
        let mut day = stage.school.first;
        while day <= last || !self.agenda.is_empty() {
            self.move_to(berlin::at(day, 5, 30));
            days_off.morning(stage, day).await?;
            for family in stage.planned(day, &days_off.days, self.seed_number).await? {
                self.enter(family);
            }
            self.pass(berlin::at(day + Days::new(1), 5, 0)).await?;
            stage.figures.days.set(stage.figures.days.get() + 1);
            let since = (day - stage.school.first).num_days() + 1;
            if day < last && since % (7 * i64::from(weeks)) == 0 {
                self.check(day).await?;
            }
            day = day + Days::new(1);
        }
        let end = day + AFTERWARDS;
        self.move_to(berlin::at(end, 2, 0));
        let told = self.check(end).await?;
        stage.compare_all(&days_off.days, &told.sessions)?;
        let missing = missing(self.families.values());
        anyhow::ensure!(missing.is_empty(), "too small a semester: it has no {}", missing.join(", "));
        Ok(stage.figures.table(self.families.values(), begun.elapsed()))
    }

    /// A session of the day, with all that will happen to it.
    fn enter(&mut self, mut family: Family) {
        let number = self.families.len();
        let script = script::day(&family.lessons[0], 0, self.stage.school, &mut family.dice);
        self.families.insert(number, family);
        self.put(number, script);
    }

    fn put(&mut self, family: usize, script: Vec<Due>) {
        for Due { at, lesson, act } in script {
            self.agenda.entry(at).or_default().push((family, lesson, act));
        }
    }

    /// Does what is on the agenda before a time.
    async fn pass(&mut self, before: DateTime<Utc>) -> anyhow::Result<()> {
        while let Some(entry) = self.agenda.first_entry().filter(|entry| *entry.key() < before) {
            let (at, acts) = entry.remove_entry();
            self.move_to(at);
            // What happens in one family happens one after the other, and families do not wait for each other.
            let mut of_family: BTreeMap<usize, Vec<(usize, Act)>> = BTreeMap::new();
            for (family, lesson, act) in acts {
                of_family.entry(family).or_default().push((lesson, act));
            }
            let (stage, families) = (self.stage, &mut self.families);
            let work = of_family.into_iter().filter_map(|(number, acts)| {
                let mut family = families.remove(&number)?;
                Some(async move {
                    let mut script = Vec::new();
                    for (lesson, act) in acts {
                        script.extend(stage.perform(&mut family, lesson, act).await?);
                    }
                    anyhow::Ok((number, family, script))
                })
            });
            let work: Vec<_> = work.collect();
            let at_once = self.options.at_once as usize;
            let done: Vec<_> = futures_util::stream::iter(work).buffer_unordered(at_once).try_collect().await?;
            for (number, family, script) in done {
                self.families.insert(number, family);
                self.put(number, script);
            }
        }
        Ok(())
    }

    /// Moves the clock on.
    fn move_to(&self, at: DateTime<Utc>) {
        let ahead = at - self.stage.now();
        if ahead.num_milliseconds() > 0 {
            // Whole seconds, so that what is due is past.
            self.stage.world.advance_unasked(ahead.num_seconds() + 1);
        }
    }

    /// Holds everything that the server tells against what is known of it.
    async fn check(&mut self, day: NaiveDate) -> anyhow::Result<facts::Told> {
        let stage = self.stage;
        self.move_to(berlin::at(day, 23, 0));
        let now = stage.now();
        for lesson in self.families.values_mut().flat_map(|family| &mut family.lessons) {
            lesson.expire(now);
        }
        stage.excuses_end(&self.families).await?;
        let told = stage.read().await?;
        stage.check_ledger(&self.families, &told)?;
        let facts = told.facts()?;
        stage.compare_statistics(&facts, &mut self.dice).await?;
        stage.compare_feedback(self.families.values().flat_map(|family| &family.lessons), now).await?;
        let pending = facts.iter().filter(|fact| fact.status == Status::Pending).count();
        eprintln!(
            "{day}: {} sessions, {} records, of which {} count, {pending} PENDING among them, and {} were repaid",
            told.sessions.len(),
            told.records.len(),
            facts.len(),
            told.records.iter().filter(|record| !record.repaid_by_session_id.is_empty()).count()
        );
        Ok(told)
    }
}
