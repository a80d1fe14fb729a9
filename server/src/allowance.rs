//! What a caller is told of the limits that the call was counted against: the fields `RateLimit-Policy` and `RateLimit` of
//! draft-ietf-httpapi-ratelimit-headers, in every answer to a call that was counted, also in refusals.

use http::{HeaderMap, HeaderValue};

use crate::store::Count;

const POLICY: &str = "ratelimit-policy";
const STANDING: &str = "ratelimit";

pub fn tell(counts: &[Count], headers: &mut HeaderMap) {
    if counts.is_empty() {
        return;
    }
    let policy =
        list(counts, |Count { limit, .. }| format!("{:?};q={};w={}", limit.name, limit.calls, limit.period.as_secs()));
    // After `t` seconds the whole quota is there again; after a refusal, the one call that was refused.
    let standing = list(counts, |count| {
        let until = count.until();
        let seconds = until.as_secs() + u64::from(until.subsec_nanos() > 0);
        format!("{:?};r={};t={seconds}", count.limit.name, count.left())
    });
    for (name, value) in [(POLICY, policy), (STANDING, standing)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
}

fn list(counts: &[Count], item: impl Fn(&Count) -> String) -> String {
    counts.iter().map(item).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::{Limit, Outcome};

    fn told(counts: &[(&'static str, u32, u64, Outcome)]) -> (String, String) {
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

    const fn passed(used_ms: u64) -> Outcome {
        Outcome::Passed { used: Duration::from_millis(used_ms) }
    }

    const fn refused(wait_ms: u64) -> Outcome {
        Outcome::Refused { wait: Duration::from_millis(wait_ms) }
    }

    #[test]
    fn every_limit_says_what_it_allows_and_what_is_left() {
        for (counts, policy, standing) in [
            (&[][..], "", ""),
            (&[("user", 1000, 3600, passed(3_600))], r#""user";q=1000;w=3600"#, r#""user";r=999;t=4"#),
            (&[("user", 1000, 3600, passed(3_601))], r#""user";q=1000;w=3600"#, r#""user";r=998;t=4"#),
            (&[("user", 1000, 3600, passed(3_600_000))], r#""user";q=1000;w=3600"#, r#""user";r=0;t=3600"#),
            (&[("user", 1000, 3600, refused(1))], r#""user";q=1000;w=3600"#, r#""user";r=0;t=1"#),
            (&[("address", 100, 60, refused(2_000))], r#""address";q=100;w=60"#, r#""address";r=0;t=2"#),
            (&[("one", 1, 60, passed(60_000))], r#""one";q=1;w=60"#, r#""one";r=0;t=60"#),
            (
                &[("login", 10, 60, passed(6_000)), ("login-address", 1200, 60, passed(50))],
                r#""login";q=10;w=60, "login-address";q=1200;w=60"#,
                r#""login";r=9;t=6, "login-address";r=1199;t=1"#,
            ),
        ] {
            assert_eq!(told(counts), (policy.to_owned(), standing.to_owned()));
        }
    }
}
