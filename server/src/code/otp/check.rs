//! Checking entered digits: gather those who come at once → lock their tries → look at the passwords of their sessions → judge one after
//! the other → write down the wrong ones.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{OneTimePasswords, OtpReading, number, rules, store};
use crate::{
    entity::{one_time_password, one_time_password_tries as tries, session},
    problem::Problem,
    store::Tx,
};

/// How long digits that were true are known as such.
const REMEMBERED: TimeDelta = TimeDelta::minutes(10);

/// What a student enters.
#[derive(Clone)]
pub struct Entered {
    session: session::Model,
    student_id: Uuid,
    digits: String,
    at: DateTime<Utc>,
}

/// What passwords are made of, and how long those live that live longest.
#[derive(Clone, Copy)]
pub struct Secret {
    pub key: [u8; 32],
    pub longest_life: TimeDelta,
}

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
        let entered = Entered { session: session.clone(), student_id, digits: digits.to_owned(), at: now };
        self.checks.submit(student_id.as_u128(), entered).await
    }
}

/// A whole class enters its digits in one transaction, and no student's are looked at without the lock on her tries.
pub async fn judge(tx: &Tx, secret: Secret, entered: &[Entered]) -> Result<Vec<OtpReading>, Problem> {
    let colleges: BTreeSet<Uuid> = entered.iter().map(|one| one.session.college_id).collect();
    let (mut wrong, mut known) = (BTreeMap::new(), Vec::new());
    for college_id in colleges {
        let of_college = || entered.iter().filter(|one| one.session.college_id == college_id);
        let students: BTreeSet<Uuid> = of_college().map(|one| one.student_id).collect();
        let sessions: BTreeSet<Uuid> = of_college().map(|one| one.session.id).collect();
        let (Some(first), Some(last)) = (of_college().map(|one| one.at).min(), of_college().map(|one| one.at).max())
        else {
            continue;
        };
        for tries in store::lock_tries(tx, college_id, &students, last).await? {
            wrong.insert((college_id, tries.student_id), (tries, false));
        }
        known.extend(store::list_since(tx, college_id, &sessions, &students, first - REMEMBERED).await?);
    }
    let mut readings = Vec::with_capacity(entered.len());
    for one in entered {
        // Only the purge takes them away, and the batch is judged again.
        let (tries, is_changed) = wrong
            .get_mut(&(one.session.college_id, one.student_id))
            .ok_or_else(|| Problem::unavailable("a student's tries were purged just now"))?;
        let candidates = candidates(&secret.key, one, &known);
        let (reading, counted) = rules::judge(&tries.wrong.0, &candidates, one.at);
        if let Some(counted) = counted {
            rules::keep(&mut tries.wrong.0, secret.longest_life, one.at);
            tries.wrong.0.push(counted);
            tries.updated_at = one.at;
            *is_changed = true;
        }
        readings.push(reading);
    }
    let changed: Vec<tries::Model> =
        wrong.into_values().filter(|(_, is_changed)| *is_changed).map(|(tries, _)| tries).collect();
    for tries in changed {
        store::write_tries(tx, tries).await?;
    }
    Ok(readings)
}

/// All that may be meant, also after the right one: how long it takes tells nothing.
fn candidates(key: &[u8; 32], entered: &Entered, known: &[one_time_password::Model]) -> Vec<rules::Candidate> {
    let Entered { session, student_id, digits, at } = entered;
    known
        .iter()
        .filter(|password| password.session_id == session.id && password.expires_at > *at - REMEMBERED)
        .filter(|password| password.student_id.is_none_or(|id| id == *student_id))
        .map(|password| rules::Candidate {
            id: password.id,
            is_personal: password.student_id.is_some(),
            is_it: number::is(key, session, password, digits),
            issued_at: password.issued_at,
            expires_at: password.expires_at,
        })
        .collect()
}
