//! When a message is tried again, and when a webhook is given up, from values alone.

use chrono::{DateTime, TimeDelta, Utc};

use super::post::Answer;
use crate::entity::webhook::{DisabledReason, Model};

/// Seconds after each try that failed; after the last one the message is given up, about three days after the first.
const WAITS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// A fifth less to a fifth more, so that what failed together does not come together.
const JITTER: f64 = 0.2;
/// No system is waited for longer than this because it asks.
const LONGEST_ASKED: TimeDelta = TimeDelta::days(1);
/// How long requests may fail before nothing is sent any more.
const FAILING: TimeDelta = TimeDelta::days(5);
/// How long a secret is good after another one has taken its place.
pub const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// What becomes of a message after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Delivered,
    /// It is tried again after so long.
    Again(TimeDelta),
    GivenUp,
}

/// After so many tries, this one included. `chance` is from 0 to 1.
pub fn judge(attempts: i32, answer: Option<Answer>, chance: f64) -> Verdict {
    match answer {
        Some(Answer { status: 200..=299, .. }) => return Verdict::Delivered,
        Some(Answer { status: 410, .. }) => return Verdict::GivenUp,
        _ => {}
    }
    let tried = usize::try_from(attempts.max(1) - 1).unwrap_or(usize::MAX);
    let Some(wait) = WAITS.get(tried) else { return Verdict::GivenUp };
    let spread = 1.0 - JITTER + 2.0 * JITTER * chance.clamp(0.0, 1.0);
    let wait = TimeDelta::milliseconds((*wait as f64 * 1000.0 * spread) as i64);
    let asked = answer.and_then(|answer| TimeDelta::from_std(answer.retry_after?).ok());
    Verdict::Again(asked.map_or(wait, |asked| wait.max(asked.min(LONGEST_ASKED))))
}

/// Why nothing is to be sent after a try that failed.
pub fn disables(webhook: &Model, answer: Option<Answer>, now: DateTime<Utc>) -> Option<DisabledReason> {
    if answer.is_some_and(|answer| answer.status == 410) {
        return Some(DisabledReason::Gone);
    }
    webhook.failing_since.filter(|since| now - *since >= FAILING).map(|_| DisabledReason::Failing)
}

/// The generations of secrets that a request is signed with, the newest first.
pub fn generations(webhook: &Model, now: DateTime<Utc>) -> Vec<i32> {
    let newest = webhook.secret_generation;
    let has_older = webhook.rotated_at.is_some_and(|at| now - at < OVERLAP);
    if has_older { vec![newest, newest - 1] } else { vec![newest] }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;
    use crate::entity::notification_preference::Kinds;

    fn answer(status: u16, seconds: Option<u64>) -> Option<Answer> {
        Some(Answer { status, retry_after: seconds.map(Duration::from_secs) })
    }

    fn webhook(failing_since: Option<DateTime<Utc>>, rotated_at: Option<DateTime<Utc>>) -> Model {
        Model {
            college_id: Uuid::nil(),
            id: Uuid::nil(),
            url: String::new(),
            description: String::new(),
            kinds: Kinds::default(),
            secret_generation: 3,
            rotated_at,
            disabled_at: None,
            disabled_reason: DisabledReason::None,
            failing_since,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn tries_go_on_for_three_days() {
        let again = |seconds: i64| Verdict::Again(TimeDelta::seconds(seconds));
        let table = [
            (1, answer(200, None), 0.5, Verdict::Delivered),
            (1, answer(204, None), 0.5, Verdict::Delivered),
            (9, answer(299, None), 0.5, Verdict::Delivered),
            (1, None, 0.5, again(5)),
            (1, None, 0.0, again(4)),
            (1, None, 1.0, again(6)),
            (1, answer(302, None), 0.5, again(5)),
            (1, answer(400, None), 0.5, again(5)),
            (2, answer(500, None), 0.5, again(300)),
            (9, None, 0.5, again(86_400)),
            (10, None, 0.5, Verdict::GivenUp),
            (i32::MAX, None, 0.5, Verdict::GivenUp),
            (1, answer(410, None), 0.5, Verdict::GivenUp),
            (1, answer(503, Some(60)), 0.5, again(60)),
            (2, answer(429, Some(60)), 0.5, again(300)),
            (1, answer(503, Some(u64::MAX)), 0.5, again(5)),
            (1, answer(503, Some(1_000_000)), 0.5, again(86_400)),
        ];
        for (attempts, answer, chance, expected) in table {
            assert_eq!(judge(attempts, answer, chance), expected, "{attempts} {answer:?} {chance}");
        }
        let all: i64 = WAITS.iter().sum();
        assert!((72..80).contains(&(all / 3600)), "{all}");
    }

    #[test]
    fn a_webhook_that_fails_for_days_or_is_gone_is_stopped() {
        let now: DateTime<Utc> = "2026-03-10T12:00:00Z".parse().expect("a time");
        let since = |hours| Some(now - TimeDelta::hours(hours));
        let table = [
            (None, None, None),
            (since(119), None, None),
            (since(120), None, Some(DisabledReason::Failing)),
            (since(120), answer(500, None), Some(DisabledReason::Failing)),
            (None, answer(410, None), Some(DisabledReason::Gone)),
        ];
        for (failing_since, answer, expected) in table {
            assert_eq!(disables(&webhook(failing_since, None), answer, now), expected, "{failing_since:?} {answer:?}");
        }
    }

    #[test]
    fn the_secret_before_is_good_for_a_day() {
        let now: DateTime<Utc> = "2026-03-10T12:00:00Z".parse().expect("a time");
        for (rotated, expected) in [(None, vec![3]), (Some(23), vec![3, 2]), (Some(24), vec![3])] {
            let at = rotated.map(|hours| now - TimeDelta::hours(hours));
            assert_eq!(generations(&webhook(None, at), now), expected, "{rotated:?}");
        }
    }
}
