//! Checking entered digits.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{OneTimePasswords, OtpReading, number, rules, store};
use crate::{entity::session, problem::Problem};

/// How long digits that were true are known as such.
const REMEMBERED: TimeDelta = TimeDelta::minutes(10);

impl OneTimePasswords {
    /// What digits are that a student enters. A wrong try is counted before it is answered; the tries of one student are judged one
    /// after the other, so that as many as come at once are no more than come one by one.
    pub async fn check(
        &self,
        session: &session::Model,
        student_id: Uuid,
        digits: &str,
        now: DateTime<Utc>,
    ) -> Result<OtpReading, Problem> {
        let (key, life, session, entered) = (self.key, self.longest_life(), session.clone(), digits.to_owned());
        let work = self.database.write(move |tx| {
            Box::pin(async move {
                let mut tries = store::lock_tries(tx, session.college_id, student_id, now).await?;
                let known = store::list_since(tx, &session, student_id, now - REMEMBERED).await?;
                // All of them, also after the right one: how long it takes tells nothing.
                let candidates: Vec<rules::Candidate> = known
                    .iter()
                    .map(|password| rules::Candidate {
                        id: password.id,
                        is_personal: password.student_id.is_some(),
                        is_it: number::is(&key, &session, password, &entered),
                        issued_at: password.issued_at,
                        expires_at: password.expires_at,
                    })
                    .collect();
                let (reading, counted) = rules::judge(&tries.wrong.0, &candidates, now);
                if let Some(counted) = counted {
                    rules::keep(&mut tries.wrong.0, life, now);
                    tries.wrong.0.push(counted);
                    tries.updated_at = now;
                    store::write_tries(tx, tries).await?;
                }
                Ok(reading)
            })
        });
        work.await
    }
}
