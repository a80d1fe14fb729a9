//! Whether the server has planned what slots, days off and the zone say, by an own calculation; each morning, of its day.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use chrono::{Days, NaiveDate, TimeDelta};
use rand::{SeedableRng as _, rngs::StdRng};
use rollcall_proto::v1::{
    ListSessionsRequest, Session,
    session::{EndReason, Origin, State},
};
use rollcall_tests::record::time;

use super::{
    berlin,
    lesson::{Family, Lesson},
    stage::{Stage, refused},
};

/// Longer than the server takes to notice that an hour has gone by.
const PATIENCE: Duration = Duration::from_secs(30);
const LENGTH: TimeDelta = TimeDelta::minutes(90);

impl Stage<'_> {
    /// The sessions of a day, once they are what they should be.
    pub async fn planned(
        &self,
        day: NaiveDate,
        days_off: &BTreeSet<NaiveDate>,
        seed_number: u64,
    ) -> anyhow::Result<Vec<Family>> {
        let begun = Instant::now();
        loop {
            let sessions = self.sessions_from(day).await?;
            let today = sessions.iter().filter(|session| session.occurrence_date == day.to_string());
            match self.compare(day, days_off, today) {
                Ok(lessons) => {
                    let families = lessons.into_iter().map(|lesson| {
                        let number = seed_number ^ ((lesson.slot as u64) << 40) ^ lesson.start.timestamp() as u64;
                        Family { dice: StdRng::seed_from_u64(number), lessons: vec![lesson] }
                    });
                    return Ok(families.collect());
                }
                Err(why) if begun.elapsed() > PATIENCE => anyhow::bail!("{day} is planned wrongly: {why}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// The sessions of a day and of later ones.
    async fn sessions_from(&self, day: NaiveDate) -> anyhow::Result<Vec<Session>> {
        let begin = berlin::at(day, 0, 0);
        let mut request = ListSessionsRequest { page_size: 500, ..Default::default() };
        let mut found = Vec::new();
        loop {
            let page = self.admin().sessions().list_sessions(request.clone()).await;
            let page = self.told("ListSessions", page).map_err(refused)?;
            let is_last = page.sessions.last().is_none_or(|last| time(last.planned_start) < begin);
            found.extend(page.sessions);
            if is_last || page.next_page_token.is_empty() {
                return Ok(found);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// Every session of the timetable's on a day, against what should be there; those that are to take place.
    pub fn compare<'a>(
        &self,
        day: NaiveDate,
        days_off: &BTreeSet<NaiveDate>,
        sessions: impl Iterator<Item = &'a Session>,
    ) -> Result<Vec<Lesson>, String> {
        let mut of_slot: BTreeMap<&str, Vec<&Session>> = BTreeMap::new();
        for session in sessions.filter(|session| session.origin() == Origin::Timetable) {
            let went_with_its_day = session.state() == State::Cancelled && session.end_reason() == EndReason::DayOff;
            if !went_with_its_day {
                of_slot.entry(&session.timetable_id).or_default().push(session);
            }
        }
        let mut lessons = Vec::new();
        for (number, slot) in self.school.slots_on(day).filter(|_| !days_off.contains(&day)) {
            let id = slot.id.to_string();
            let found = of_slot.remove(id.as_str()).unwrap_or_default();
            let [session] = found[..] else {
                return Err(format!("{} sessions of slot {id}: {found:?}", found.len()));
            };
            let start = berlin::at(day, slot.hour, 0);
            let due =
                [start.to_string(), (start + LENGTH).to_string(), self.school.divisions[slot.division].to_string()];
            let told = [
                time(session.planned_start).to_string(),
                time(session.planned_end).to_string(),
                session.division_id.clone(),
            ];
            if told != due || session.subject != slot.subject {
                return Err(format!("{due:?} {} is due: {session:?}", slot.subject));
            }
            let room = self.school.rooms[slot.teacher].to_string();
            let lesson = Lesson::planned(session.id.clone(), number, slot.teacher, room, [start, start + LENGTH]);
            lessons.push(Lesson { expected: self.school.enrolled(slot.division, day), ..lesson });
        }
        if let Some(more) = of_slot.into_values().next() {
            return Err(format!("nothing of this slot takes place on this day: {more:?}"));
        }
        self.figures.compared(lessons.len());
        Ok(lessons)
    }

    /// The same of the whole semester, after it: whatever has become of them, each of them is there.
    pub fn compare_all(&self, days_off: &BTreeSet<NaiveDate>, sessions: &[Session]) -> anyhow::Result<()> {
        let mut of_day: BTreeMap<&str, Vec<&Session>> = BTreeMap::new();
        for session in sessions.iter().filter(|session| !session.occurrence_date.is_empty()) {
            of_day.entry(&session.occurrence_date).or_default().push(session);
        }
        // Two weeks more, in which nothing takes place.
        for day in self.school.first.iter_days().take_while(|day| *day <= self.school.last + Days::new(14)) {
            let held = of_day.remove(day.to_string().as_str()).unwrap_or_default();
            self.compare(day, days_off, held.into_iter()).map_err(|why| anyhow::anyhow!("on {day}: {why}"))?;
        }
        anyhow::ensure!(of_day.is_empty(), "sessions of days that are not in the semester: {of_day:?}");
        Ok(())
    }
}
