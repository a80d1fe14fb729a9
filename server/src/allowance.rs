//! What a caller is told of the limits that the call was counted against: the fields `RateLimit-Policy` and `RateLimit` of
//! draft-ietf-httpapi-ratelimit-headers, in every answer to a call that was counted, also in refusals.

use http::{HeaderMap, HeaderValue};

use crate::store::Count;

const POLICY: &str = "ratelimit-policy";
const STANDING: &str = "ratelimit";

pub fn tell(counts: &[Count], headers: &mut HeaderMap) {
    insert(headers, POLICY, policies(counts));
    insert(headers, STANDING, standings(counts.iter()));
}

/// The same of limits that strangers share: what is left would tell one of them what others do. So it is told what is allowed,
/// and only who is refused hears more, which is when to come back.
pub fn tell_strangers(counts: &[Count], headers: &mut HeaderMap) {
    insert(headers, POLICY, policies(counts));
    insert(headers, STANDING, standings(counts.iter().filter(|count| count.is_refused())));
}

fn policies(counts: &[Count]) -> String {
    let policy =
        |Count { limit, .. }: &Count| format!("{:?};q={};w={}", limit.name, limit.calls, limit.period.as_secs());
    counts.iter().map(policy).collect::<Vec<_>>().join(", ")
}

/// After `t` seconds there is more, and after a refusal the one call that was refused.
fn standings<'c>(counts: impl Iterator<Item = &'c Count>) -> String {
    let standing = |count: &Count| {
        let until = count.until();
        let seconds = until.as_secs() + u64::from(until.subsec_nanos() > 0);
        format!("{:?};r={};t={seconds}", count.limit.name, count.left())
    };
    counts.map(standing).collect::<Vec<_>>().join(", ")
}

fn insert(headers: &mut HeaderMap, name: &'static str, value: String) {
    if let Ok(value) = HeaderValue::try_from(value)
        && !value.is_empty()
    {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::{Limit, Outcome};

    type Row = (&'static str, u32, u64, Outcome);

    fn told(tell: fn(&[Count], &mut HeaderMap), counts: &[Row]) -> (String, String) {
        let counts: Vec<_> = counts
            .iter()
            .map(|(name, calls, period, outcome)| {
                let limit = Limit::new(name, *calls, Duration::from_secs(*period)).expect("a limit");
                Count { limit, outcome: *outcome }
            })
            .collect();
        let mut headers = HeaderMap::new();
        tell(&counts, &mut headers);
        let text = |name| headers.get(name).map_or("", |value: &HeaderValue| value.to_str().expect("text")).to_owned();
        (text(POLICY), text(STANDING))
    }

    const fn passed(left: u32, more_in_ms: u64) -> Outcome {
        Outcome::Passed { left, more_in: Duration::from_millis(more_in_ms) }
    }

    const fn refused(wait_ms: u64) -> Outcome {
        Outcome::Refused { wait: Duration::from_millis(wait_ms) }
    }

    #[test]
    fn every_limit_says_what_it_allows_and_what_is_left() {
        for (counts, policy, standing) in [
            (&[][..], "", ""),
            (&[("user", 1000, 3600, passed(999, 3_600))], r#""user";q=1000;w=3600"#, r#""user";r=999;t=4"#),
            (&[("user", 1000, 3600, passed(998, 4_000))], r#""user";q=1000;w=3600"#, r#""user";r=998;t=4"#),
            (&[("user", 1000, 3600, passed(0, 3_600_000))], r#""user";q=1000;w=3600"#, r#""user";r=0;t=3600"#),
            (&[("user", 1000, 3600, refused(1))], r#""user";q=1000;w=3600"#, r#""user";r=0;t=1"#),
            (&[("address", 100, 60, refused(2_000))], r#""address";q=100;w=60"#, r#""address";r=0;t=2"#),
            (&[("one", 1, 60, passed(0, 60_000))], r#""one";q=1;w=60"#, r#""one";r=0;t=60"#),
            (
                &[("login", 10, 60, passed(9, 6_000)), ("login-address", 1200, 60, passed(1199, 50))],
                r#""login";q=10;w=60, "login-address";q=1200;w=60"#,
                r#""login";r=9;t=6, "login-address";r=1199;t=1"#,
            ),
        ] {
            assert_eq!(told(tell, counts), (policy.to_owned(), standing.to_owned()));
        }
    }

    #[test]
    fn strangers_are_told_what_is_allowed_and_not_what_is_left() {
        for (counts, policy, standing) in [
            (&[][..], "", ""),
            (
                &[("login-address", 1200, 60, passed(7, 50)), ("login", 10, 60, passed(9, 6_000))],
                r#""login-address";q=1200;w=60, "login";q=10;w=60"#,
                "",
            ),
            (
                &[("login-address", 1200, 60, passed(7, 50)), ("login", 10, 60, refused(1_500))],
                r#""login-address";q=1200;w=60, "login";q=10;w=60"#,
                r#""login";r=0;t=2"#,
            ),
        ] {
            assert_eq!(told(tell_strangers, counts), (policy.to_owned(), standing.to_owned()));
        }
    }
}
