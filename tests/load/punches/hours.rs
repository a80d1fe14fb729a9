//! How long it takes to be told hours: once just after punches came, when days have to be settled first, and then again and again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rollcall_proto::v1::GetWorkHoursRequest;

use super::{
    gate::Gate,
    office::{Office, department},
};
use crate::store::Store;

/// How long the server's own job may take to settle all that there is.
const SETTLED: Duration = Duration::from_secs(300);
/// That job may be there before the reader does.
const TRIES: u32 = 5;

/// What one kind of question was measured at.
pub struct Read {
    pub name: &'static str,
    /// Of how many employees days had to be settled first.
    pub unsettled: i64,
    pub first: Duration,
    pub took: Vec<Duration>,
    /// Of the answer.
    pub rows: usize,
}

/// Who asks, and where it is seen whether all is settled.
pub struct Reader<'run> {
    pub office: &'run Office,
    pub gate: &'run Arc<Gate>,
    pub store: &'run Store,
    pub database: &'run str,
    /// How many punches come before the first question.
    pub list: usize,
    pub reads: u32,
}

impl Reader<'_> {
    /// Hours of one employee, of a department and of the college.
    pub async fn ask_all(&self, employee_id: &str) -> anyhow::Result<Vec<Read>> {
        let of = |days| GetWorkHoursRequest { days: Some(days), ..GetWorkHoursRequest::default() };
        let employee = GetWorkHoursRequest { employee_id: Some(employee_id.to_owned()), ..of(31) };
        let department = GetWorkHoursRequest { department: Some(department(0)), ..of(31) };
        Ok(vec![
            self.ask("an employee, 31 days", &format!("WHERE employee_id = '{employee_id}'"), employee).await?,
            // Whoever asks for more than one employee has the whole college settled.
            self.ask("a department, 31 days", "", department).await?,
            self.ask("the college, 7 days", "", of(7)).await?,
        ])
    }

    async fn ask(&self, name: &'static str, whose: &str, request: GetWorkHoursRequest) -> anyhow::Result<Read> {
        let client = self.office.client().await?;
        let (unsettled, first) = self.first(whose, &request).await?;
        self.settled().await?;
        let (mut took, mut rows) = (Vec::new(), None);
        for _ in 0..self.reads {
            let (told, time) = self.office.hours(&client, &request).await?;
            let before = rows.replace(told.rows.len());
            anyhow::ensure!(before.is_none_or(|before| before == told.rows.len()), "{name}: rows come and go");
            took.push(time);
        }
        let rows = rows.unwrap_or_default();
        anyhow::ensure!(rows > 0, "{name}: nobody has worked");
        Ok(Read { name, unsettled, first, took, rows })
    }

    /// Of how many employees days were unsettled when hours were asked for, and how long the answer took.
    async fn first(&self, whose: &str, request: &GetWorkHoursRequest) -> anyhow::Result<(i64, Duration)> {
        let client = self.office.client().await?;
        for _ in 0..TRIES {
            // Everybody has a punch in this, also where a list is shorter than they are many.
            for _ in 0..self.gate.employees().div_ceil(self.list) {
                self.office.store(&client, self.gate, self.list).await?;
            }
            let unsettled = self.unsettled(whose).await?;
            if unsettled > 0 {
                let (_, took) = self.office.hours(&client, request).await?;
                return Ok((unsettled, took));
            }
        }
        anyhow::bail!("days are always settled before they are asked for")
    }

    /// Waits until nothing is left to be settled, and tells how long that took.
    pub async fn settled(&self) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        while self.unsettled("").await? > 0 {
            anyhow::ensure!(begun.elapsed() < SETTLED, "days are not settled within {SETTLED:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(begun.elapsed())
    }

    async fn unsettled(&self, whose: &str) -> anyhow::Result<i64> {
        self.store.number(self.database, &format!("SELECT count(*) FROM unsettled_work {whose}")).await
    }
}
