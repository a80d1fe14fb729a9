//! Making the one-time password of this step, or finding it. One for a student leaves with the mail.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{OneTimePasswords, number, send, store};
use crate::{
    audit,
    entity::{one_time_password::Model, session},
    jobs,
    problem::Problem,
};

/// What is shown.
pub struct Issued {
    /// Empty where they are sent to a student.
    pub digits: String,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl OneTimePasswords {
    /// The one-time password of this step, which is as long as the life of one that is shown. Whoever makes it leaves a row in the
    /// audit; whoever finds it made does not.
    pub async fn issue(
        &self,
        session: &session::Model,
        student_id: Option<Uuid>,
        deed: audit::Row,
        now: DateTime<Utc>,
    ) -> Result<Issued, Problem> {
        let step = self.step(now);
        let made = match store::find(self.database.reader(), session, student_id, step).await? {
            Some(made) => made,
            None => self.make(session, student_id, deed, step, now).await?,
        };
        let digits = match student_id {
            None => number::digits(&self.key, session, &made),
            Some(_) => String::new(),
        };
        Ok(Issued { digits, issued_at: made.issued_at, expires_at: made.expires_at })
    }

    /// Many may make it at once; all of them show the one that is there afterwards, and one letter is sent.
    async fn make(
        &self,
        session: &session::Model,
        student_id: Option<Uuid>,
        deed: audit::Row,
        step: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Model, Problem> {
        let life = if student_id.is_some() { self.longest_life() } else { self.life };
        let fresh = Model {
            college_id: session.college_id,
            id: Uuid::now_v7(),
            session_id: session.id,
            student_id,
            step,
            salt: rand::random::<[u8; 16]>().to_vec(),
            issued_at: now,
            expires_at: now + life,
        };
        let session = session.clone();
        let work = self.database.write(move |tx| {
            Box::pin(async move {
                let id = fresh.id;
                store::insert(tx, fresh).await?;
                let made = store::find(tx, &session, student_id, step).await?;
                let made =
                    made.ok_or_else(|| Problem::internal("a one-time password is not there after it was made"))?;
                if made.id == id {
                    audit::insert(tx, deed).await?;
                    if student_id.is_some() {
                        let letter = send::About { college_id: made.college_id, id };
                        jobs::insert(tx, send::KIND, &letter, now).await?;
                    }
                }
                Ok(made)
            })
        });
        work.await
    }

    fn step(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let length = self.life.num_seconds();
        now - TimeDelta::seconds(now.timestamp().rem_euclid(length))
            - TimeDelta::nanoseconds(i64::from(now.timestamp_subsec_nanos()))
    }
}
