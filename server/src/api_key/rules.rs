//! What is decided about API keys, from values alone.

use std::collections::BTreeSet;

use chrono::{DateTime, Months, Utc};
use rollcall_proto::v1::access::Scope;

use crate::problem::Problem;

const DEFAULT_LIFE: Months = Months::new(12);
const LONGEST_LIFE: Months = Months::new(60);

/// When a key expires that is made now.
pub fn expiry(wanted: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
    let Some(wanted) = wanted else { return Ok(now + DEFAULT_LIFE) };
    if wanted <= now || wanted > now + LONGEST_LIFE {
        return Err(Problem::invalid_field("expires_at", "must be a time to come, within five years"));
    }
    Ok(wanted)
}

/// The scopes of a key, each once.
pub fn scopes(wanted: &[i32]) -> Result<Vec<Scope>, Problem> {
    let known = |number: &i32| Scope::try_from(*number).ok().filter(|scope| *scope != Scope::Unspecified);
    let scopes: Option<BTreeSet<Scope>> = wanted.iter().map(known).collect();
    match scopes {
        Some(scopes) if !scopes.is_empty() => Ok(scopes.into_iter().collect()),
        _ => Err(Problem::invalid_field("scopes", "must name one scope or several, such as PEOPLE_READ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> DateTime<Utc> {
        text.parse().expect("it is a time")
    }

    #[test]
    fn a_key_lives_for_a_year_or_as_long_as_was_asked_within_five() {
        let now = on("2027-03-01T10:00:00Z");
        let table = [
            (None, Some("2028-03-01T10:00:00Z")),
            (Some("2027-03-01T10:00:00Z"), None),
            (Some("2027-03-01T10:00:01Z"), Some("2027-03-01T10:00:01Z")),
            (Some("2032-03-01T10:00:00Z"), Some("2032-03-01T10:00:00Z")),
            (Some("2032-03-01T10:00:01Z"), None),
        ];
        for (wanted, expected) in table {
            assert_eq!(expiry(wanted.map(on), now).ok(), expected.map(on), "{wanted:?}");
        }
    }

    #[test]
    fn scopes_are_known_ones_and_each_counts_once() {
        use Scope::{PeopleRead, PeopleWrite, Unspecified};
        let table: [(&[i32], Option<&[Scope]>); 5] = [
            (&[PeopleRead as i32], Some(&[PeopleRead])),
            (&[PeopleWrite as i32, PeopleRead as i32, PeopleWrite as i32], Some(&[PeopleRead, PeopleWrite])),
            (&[], None),
            (&[PeopleRead as i32, Unspecified as i32], None),
            (&[PeopleRead as i32, 4711], None),
        ];
        for (wanted, expected) in table {
            assert_eq!(scopes(wanted).ok().as_deref(), expected, "{wanted:?}");
        }
    }
}
