//! What a try comes to, and whether it counts, from values alone.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::OtpReading;
use crate::entity::one_time_password_tries::WrongTry;

/// Wrong tries of one student against one password.
const MOST_AGAINST_ONE: usize = 5;
/// Wrong tries of one student, against whichever.
const MOST_IN_A_MINUTE: usize = 10;
const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// A password of the session, and whether the digits are its own.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub id: Uuid,
    /// Whether it was sent to the student alone.
    pub is_personal: bool,
    pub is_it: bool,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// What a try comes to, and how it counts. Only passwords that have not been missed too often are looked at; a wrong try counts
/// against all of these. Digits that were true are no guess, and count against nothing.
pub fn judge(wrong: &[WrongTry], candidates: &[Candidate], now: DateTime<Utc>) -> (OtpReading, Option<WrongTry>) {
    let recent: Vec<DateTime<Utc>> = wrong.iter().map(|one| one.at).filter(|at| now - *at < MINUTE).collect();
    if let Some(tenth) = recent.iter().rev().nth(MOST_IN_A_MINUTE - 1) {
        return (exhausted(*tenth + MINUTE, now), None);
    }
    let missed = |id| wrong.iter().filter(|one| one.against.contains(&id)).count();
    let (alive, over): (Vec<_>, Vec<_>) = candidates.iter().partition(|candidate| now < candidate.expires_at);
    let open: Vec<_> = alive.iter().filter(|candidate| missed(candidate.id) < MOST_AGAINST_ONE).collect();
    if let Some(last) = alive.iter().map(|candidate| candidate.expires_at).max()
        && open.is_empty()
    {
        return (exhausted(last, now), None);
    }
    let age_seconds = |candidate: &Candidate| (now - candidate.issued_at).num_seconds().max(0);
    if let Some(it) = open.iter().find(|candidate| candidate.is_it) {
        let holds = OtpReading::Holds {
            id: it.id,
            is_personal: it.is_personal,
            age_seconds: age_seconds(it),
            expires_at: it.expires_at,
        };
        return (holds, None);
    }
    if let Some(it) = over.iter().find(|candidate| candidate.is_it) {
        return (OtpReading::Expired { age_seconds: age_seconds(it) }, None);
    }
    let against = open.iter().map(|candidate| candidate.id).collect();
    (OtpReading::Invalid, Some(WrongTry { at: now, against }))
}

fn exhausted(until: DateTime<Utc>, now: DateTime<Utc>) -> OtpReading {
    // Rounded up: who waits so long is heard.
    let retry_after_seconds = (until - now).num_milliseconds().div_euclid(1000) + 1;
    OtpReading::Exhausted { retry_after_seconds: retry_after_seconds.max(1) }
}

/// What of the wrong tries has to be kept: those that can still count, where passwords live so long.
pub fn keep(wrong: &mut Vec<WrongTry>, life: TimeDelta, now: DateTime<Utc>) {
    wrong.retain(|one| now - one.at < life.max(MINUTE));
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_800_000_000_000 + milliseconds).expect("it is a time")
    }

    /// Issued at a time, alive for 60 s.
    fn candidate(number: u128, issued: i64, is_it: bool) -> Candidate {
        Candidate { id: id(number), is_personal: false, is_it, issued_at: at(issued), expires_at: at(issued + 60_000) }
    }

    fn wrong(times: &[i64], against: &[u128]) -> Vec<WrongTry> {
        let against: Vec<Uuid> = against.iter().map(|number| id(*number)).collect();
        times.iter().map(|time| WrongTry { at: at(*time), against: against.clone() }).collect()
    }

    #[test]
    fn a_password_holds_for_its_life() {
        let holds =
            |age_seconds| OtpReading::Holds { id: id(1), is_personal: false, age_seconds, expires_at: at(60_000) };
        let table = [
            (0, holds(0)),
            (59_999, holds(59)),
            (60_000, OtpReading::Expired { age_seconds: 60 }),
            (60_500, OtpReading::Expired { age_seconds: 60 }),
            (600_000, OtpReading::Expired { age_seconds: 600 }),
        ];
        for (now, expected) in table {
            assert_eq!(judge(&[], &[candidate(1, 0, true)], at(now)), (expected, None), "after {now} ms");
        }
    }

    #[test]
    fn five_wrong_tries_end_one_password_and_not_the_next() {
        let mut tries = Vec::new();
        for number in 0..5 {
            let (reading, counted) = judge(&tries, &[candidate(1, 0, false)], at(number));
            assert_eq!(reading, OtpReading::Invalid);
            tries.push(counted.expect("it counts"));
        }
        // The right one comes too late, and waits for the end of the password.
        let (reading, counted) = judge(&tries, &[candidate(1, 0, true)], at(5));
        assert_eq!((reading, counted), (OtpReading::Exhausted { retry_after_seconds: 60 }, None));
        // The next one is looked at, and the old one is not, even where its digits come.
        let both = [candidate(1, 0, true), candidate(2, 30_000, false)];
        let (reading, counted) = judge(&tries, &both, at(30_001));
        assert_eq!((reading, counted.expect("it counts").against), (OtpReading::Invalid, vec![id(2)]));
        let both = [candidate(1, 0, false), candidate(2, 30_000, true)];
        let (reading, _) = judge(&tries, &both, at(30_001));
        assert_eq!(
            reading,
            OtpReading::Holds { id: id(2), is_personal: false, age_seconds: 0, expires_at: at(90_000) }
        );
    }

    #[test]
    fn a_wrong_try_counts_against_all_that_it_was_held_against() {
        let both = [candidate(1, 0, false), candidate(2, 30_000, false)];
        let (_, counted) = judge(&[], &both, at(31_000));
        assert_eq!(counted.expect("it counts").against, [id(1), id(2)]);
        // Where there is none alive, it still counts in its minute.
        let (reading, counted) = judge(&[], &[candidate(1, 0, false)], at(61_000));
        assert_eq!((reading, counted.expect("it counts").against), (OtpReading::Invalid, vec![]));
    }

    #[test]
    fn ten_wrong_tries_in_a_minute_are_enough() {
        let times: Vec<i64> = (0..10).map(|number| number * 1000).collect();
        let others = wrong(&times, &[8]);
        let table = [
            (20_000, OtpReading::Exhausted { retry_after_seconds: 41 }),
            (59_999, OtpReading::Exhausted { retry_after_seconds: 1 }),
            // The first of them is a minute old.
            (60_000, OtpReading::Holds { id: id(1), is_personal: false, age_seconds: 20, expires_at: at(100_000) }),
        ];
        for (now, expected) in table {
            assert_eq!(judge(&others, &[candidate(1, 40_000, true)], at(now)).0, expected, "after {now} ms");
        }
        assert!(matches!(judge(&others[1..], &[candidate(1, 40_000, true)], at(20_000)).0, OtpReading::Holds { .. }));
    }

    #[test]
    fn what_can_still_count_is_kept() {
        let table = [(60, 59_999, 1), (60, 60_000, 0), (10, 59_999, 1), (300, 299_999, 1), (300, 300_000, 0)];
        for (life, now, kept) in table {
            let mut tries = wrong(&[0], &[1]);
            keep(&mut tries, TimeDelta::seconds(life), at(now));
            assert_eq!(tries.len(), kept, "{life} s, after {now} ms");
        }
    }
}
