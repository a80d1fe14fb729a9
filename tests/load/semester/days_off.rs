//! Holidays and breaks: most are known before the semester begins, some come at short notice, and one of these is taken back.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate};
use http::Method;
use rand::{RngExt as _, rngs::StdRng};
use serde_json::json;

use super::{school::School, stage::Stage};

/// How many days before itself a holiday is made known, and how many before itself it is taken back.
const NOTICE: u64 = 4;
const TAKEN_BACK: u64 = 2;

pub struct DaysOff {
    /// Those that hold.
    pub days: BTreeSet<NaiveDate>,
    /// Those that come.
    sudden: Vec<NaiveDate>,
    /// The one that does not stay, and its id once it is there.
    taken_back: Option<NaiveDate>,
    id: String,
}

impl DaysOff {
    /// Makes those that are known from the beginning.
    pub async fn begin(stage: Stage<'_>, dice: &mut StdRng) -> anyhow::Result<Self> {
        let School { first, last, .. } = *stage.school;
        let mut days_off = Self { days: BTreeSet::new(), sudden: Vec::new(), taken_back: None, id: String::new() };
        let weeks = u64::try_from((last - first).num_days())? / 7 + 1;
        let (from, length) = match weeks {
            ..8 => (first + Days::new(10), 2),
            _ => (first + Days::new(7 * (weeks / 2)), 7),
        };
        days_off.make(stage, "BREAK", from, length).await?;
        let mut weekday = || first + Days::new(7 * dice.random_range(0..weeks) + dice.random_range(0..5));
        for _ in 0..=weeks / 4 {
            let day = weekday();
            if !days_off.days.contains(&day) {
                days_off.make(stage, "HOLIDAY", day, 1).await?;
            }
        }
        let wanted = 1 + usize::try_from(weeks / 5)?;
        while days_off.sudden.len() <= wanted {
            let day = weekday();
            if day > first + Days::new(NOTICE) && !days_off.days.contains(&day) && !days_off.sudden.contains(&day) {
                days_off.sudden.push(day);
            }
        }
        days_off.taken_back = days_off.sudden.last().copied();
        Ok(days_off)
    }

    /// What becomes known on a morning.
    pub async fn morning(&mut self, stage: Stage<'_>, today: NaiveDate) -> anyhow::Result<()> {
        let day = today + Days::new(NOTICE);
        if self.sudden.contains(&day) {
            stage.figures.count("holidays at short notice");
            let id = self.make(stage, "HOLIDAY", day, 1).await?;
            if self.taken_back == Some(day) {
                self.id = id;
            }
        }
        let day = today + Days::new(TAKEN_BACK);
        if self.taken_back == Some(day) {
            stage.figures.count("holidays taken back");
            let rest = stage.admin().rest();
            let request = rest.request(Method::DELETE, &format!("/api/v1/calendar/entries/{}", self.id));
            rest.send(request).await.answer();
            self.days.remove(&day);
        }
        Ok(())
    }

    async fn make(
        &mut self,
        stage: Stage<'_>,
        kind: &'static str,
        from: NaiveDate,
        length: u64,
    ) -> anyhow::Result<String> {
        let to = from + Days::new(length - 1);
        let entry = json!({
            "kind": kind, "name": format!("{kind} of week {}", from.iso_week().week()),
            "from_date": from.to_string(), "to_date": to.to_string(),
        });
        let told = stage.admin().rest().post("/api/v1/calendar/entries", &entry).await.answer();
        self.days.extend(from.iter_days().take_while(|day| *day <= to));
        Ok(told["id"].as_str().unwrap_or_default().to_owned())
    }
}
