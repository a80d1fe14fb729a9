//! What an entry must be beyond the rules of its fields.

use rollcall_proto::v1::CalendarEntry;

use super::{RESOURCE, convert};
use crate::{
    convert::clock_text,
    entity::calendar_entry::Model,
    mask::Mask,
    problem::{ErrorReason, Problem, Violation},
};

/// The most entries that a college may have: centuries of holidays, and little enough for every question about its days.
pub const MAX_ENTRIES: u64 = 5_000;

/// Whether a college that has some entries may have so many more.
pub fn check_room(held: u64, more: usize) -> Result<(), Problem> {
    let all = held.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
    if all <= MAX_ENTRIES { Ok(()) } else { Err(Problem::too_many(RESOURCE, MAX_ENTRIES)) }
}

/// Whether an entry holds together: it ends no earlier than it begins, and has both times or none. `prefix` stands before
/// the names of fields.
pub fn check(entry: &Model, prefix: &str) -> Result<(), Problem> {
    let mut violations = Vec::new();
    let mut fault = |field: &str, description: String| {
        violations.push(Violation { field: format!("{prefix}{field}"), description });
    };
    if entry.to_date < entry.from_date {
        fault("to_date", format!("must not be before the first day, {}", entry.from_date));
    }
    match (entry.start_time, entry.end_time) {
        (Some(start), Some(end)) if end <= start => {
            fault("end_time", format!("must be later than the start, {}", clock_text(start)));
        }
        (Some(_), None) => fault("end_time", "is required beside start_time".to_owned()),
        (None, Some(_)) => fault("start_time", "is required beside end_time".to_owned()),
        (Some(_), Some(_)) | (None, None) => {}
    }
    if violations.is_empty() { Ok(()) } else { Err(Problem::invalid(ErrorReason::InvalidField, violations)) }
}

/// Whether the fields that are to change can take what is given for them.
pub fn check_update(wanted: &CalendarEntry, mask: &Mask) -> Result<(), Problem> {
    let required = [
        ("kind", convert::kind_from_proto(wanted.kind()).is_none()),
        ("name", wanted.name.is_empty()),
        ("from_date", wanted.from_date.is_empty()),
    ];
    let violations: Vec<_> = required
        .into_iter()
        .filter(|(field, missing)| mask.has(field) && *missing)
        .map(|(field, _)| Violation { field: format!("entry.{field}"), description: "is required".to_owned() })
        .collect();
    if violations.is_empty() { Ok(()) } else { Err(Problem::invalid(ErrorReason::InvalidField, violations)) }
}

/// Whoever replaces an entry may send back where it came from, as long as it is what is there: what differs is refused, so
/// that nobody believes to have changed it.
pub fn check_source(wanted: &CalendarEntry, current: &Model) -> Result<(), Problem> {
    let is_same = wanted.source_uid.is_empty() || Some(&wanted.source_uid) == current.source_uid.as_ref();
    if is_same { Ok(()) } else { Err(Problem::invalid_field("entry.source_uid", "cannot be changed")) }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::entity::calendar_entry::Kind;

    #[test]
    fn a_calendar_has_room_up_to_its_last_entry() {
        let table = [(0, 1, true), (4_999, 1, true), (4_998, 2, true), (5_000, 0, true), (5_000, 1, false)];
        for (held, more, expected) in table.into_iter().chain([(3_001, 2_000, false), (u64::MAX, 1, false)]) {
            assert_eq!(check_room(held, more).is_ok(), expected, "{held} and {more}");
        }
    }

    #[test]
    fn an_entry_ends_no_earlier_than_it_begins() {
        let table: [(&str, &str, &str, &str, &[&str]); 8] = [
            ("2026-12-21", "2026-12-21", "", "", &[]),
            ("2026-12-21", "2027-01-03", "", "", &[]),
            ("2026-12-21", "2026-12-20", "", "", &["entry.to_date"]),
            ("2026-12-21", "2026-12-21", "12:00", "12:01", &[]),
            ("2026-12-21", "2026-12-21", "12:00", "12:00", &["entry.end_time"]),
            ("2026-12-21", "2026-12-21", "12:00", "", &["entry.end_time"]),
            ("2026-12-21", "2026-12-21", "", "12:00", &["entry.start_time"]),
            ("2026-12-21", "2026-12-01", "13:00", "12:00", &["entry.to_date", "entry.end_time"]),
        ];
        for (from, to, start, end, expected) in table {
            let entry = Model {
                college_id: Uuid::nil(),
                id: Uuid::nil(),
                kind: Kind::Break,
                name: "Break".to_owned(),
                from_date: from.parse().expect("a day"),
                to_date: to.parse().expect("a day"),
                days_of_week: 127,
                start_time: convert::clock("", start).expect("a time"),
                end_time: convert::clock("", end).expect("a time"),
                source_uid: None,
                source_recurrence_id: None,
                source_digest: None,
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
            };
            let found = check(&entry, "entry.").err().map(|problem| problem.violations).unwrap_or_default();
            let found: Vec<_> = found.iter().map(|violation| violation.field.as_str()).collect();
            assert_eq!(found, expected, "{from} {to} {start} {end}");
        }
    }
}
