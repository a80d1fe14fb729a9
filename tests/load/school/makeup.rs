//! The sessions of two weeks are planned; one of them is cancelled, and a time to make it up is looked for in sixty days.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use chrono::Days;
use rollcall_tests::clock::machine_time;
use serde_json::{Value, json};

use super::{Caller, millis};

const TIMES: usize = 60;
/// The longest that a search may take, in milliseconds, at the 95th percentile.
const TARGET_MILLIS: f64 = 100.0;

impl Caller {
    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<(Value, Duration)> {
        let begun = Instant::now();
        let request = self.client.post(format!("{}{path}", self.base)).json(body);
        let told = self.send(request).await?.json().await?;
        Ok((told, begun.elapsed()))
    }

    pub(super) async fn make_up(&self) -> anyhow::Result<String> {
        let horizon = self.client.patch(format!("{}/college", self.base)).json(&json!({"plan_horizon_days": 14}));
        let begun = Instant::now();
        self.send(horizon).await?;
        // The server plans by itself too, so what is left for the call may be nothing; after it all is planned.
        self.post("/sessions:plan", &json!({})).await?;
        let planned = begun.elapsed();
        let (page, _) = self.get("/sessions?page_size=1&state=SCHEDULED").await?;
        let id = page["sessions"][0]["id"].as_str().context("no session was planned")?.to_owned();
        self.post(&format!("/sessions/{id}:cancel"), &json!({"reason": "rain"})).await?;

        let last = machine_time().date_naive() + Days::new(59);
        let path = format!("/sessions/{id}/makeup-slots?to={last}&max_slots=200");
        let (mut searches, mut least) = (Vec::new(), Vec::new());
        let mut found = Value::Null;
        for _ in 0..TIMES {
            let (told, took) = self.get(&path).await?;
            found = told;
            searches.push(took);
            least.push(self.get("/users/me").await?.1);
        }
        let slots = found["slots"].as_array().map_or(0, Vec::len);
        anyhow::ensure!(slots > 0, "no time to make up is found: {found}");
        let (p50, p95, least) = (millis(&searches, 0.5), millis(&searches, 0.95), millis(&least, 0.5));
        anyhow::ensure!(p95 < TARGET_MILLIS, "a search of makeup slots takes {p95:.0} ms");
        Ok(format!(
            "\nsessions of 14 days planned in {:.1} s\n{slots} makeup slots for {} students in 60 days: \
             p50 {p50:.1} ms, p95 {p95:.1} ms, {:.0} times the least call\n",
            planned.as_secs_f64(),
            found["owing_students"],
            p50 / least
        ))
    }
}
