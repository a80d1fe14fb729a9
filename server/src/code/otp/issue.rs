//! Making the one-time password of this step, or finding it.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{OneTimePasswords, number, store};
use crate::{
    audit,
    entity::{one_time_password::Model, session},
    problem::Problem,
};

/// What is shown.
pub struct Issued {
    pub digits: String,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl OneTimePasswords {
    /// The one-time password of this step, which is as long as its life. Whoever makes it leaves a row in the audit; whoever finds it made does not.
    pub async fn issue(
        &self,
        session: &session::Model,
        deed: audit::Row,
        now: DateTime<Utc>,
    ) -> Result<Issued, Problem> {
        let step = self.step(now);
        let made = match store::find(self.database.reader(), session, step).await? {
            Some(made) => made,
            None => self.make(session, deed, step, now).await?,
        };
        Ok(Issued {
            digits: number::digits(&self.key, session, &made),
            issued_at: made.issued_at,
            expires_at: made.expires_at,
        })
    }

    /// Many may make it at once; all of them show the one that is there afterwards.
    async fn make(
        &self,
        session: &session::Model,
        deed: audit::Row,
        step: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Model, Problem> {
        let fresh = Model {
            college_id: session.college_id,
            id: Uuid::now_v7(),
            session_id: session.id,
            step,
            salt: rand::random::<[u8; 16]>().to_vec(),
            issued_at: now,
            expires_at: now + self.life,
        };
        let session = session.clone();
        let work = self.database.write(move |tx| {
            Box::pin(async move {
                let id = fresh.id;
                store::insert(tx, fresh).await?;
                let made = store::find(tx, &session, step).await?;
                let made =
                    made.ok_or_else(|| Problem::internal("a one-time password is not there after it was made"))?;
                if made.id == id {
                    audit::insert(tx, deed).await?;
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
