//! What a slot must be, and which days a schedule is of.

use chrono::{Datelike as _, Days, NaiveDate};

use crate::{
    convert::clock_text,
    entity::timetable::Model,
    problem::{ErrorReason, Problem, Violation},
};

/// The longest schedule that is given at once: two months.
const MAX_DAYS: i64 = 62;

/// Whether a slot ends after it begins, in time and in days. `prefix` comes before the names of fields.
pub fn check_slot(prefix: &str, slot: &Model) -> Result<(), Problem> {
    let mut violations = Vec::new();
    let mut fault = |field: &str, description: String| {
        violations.push(Violation { field: format!("{prefix}{field}"), description });
    };
    if slot.end_time <= slot.start_time {
        let words = "and on the same day: no slot goes over midnight, make two of it";
        fault("end_time", format!("must be after the start, {}, {words}", clock_text(slot.start_time)));
    }
    if slot.valid_to.is_some_and(|last| last < slot.valid_from) {
        fault("valid_to", format!("must not be before the first day, {}", slot.valid_from));
    }
    if violations.is_empty() { Ok(()) } else { Err(Problem::invalid(ErrorReason::InvalidField, violations)) }
}

/// The days of a schedule, the last one included: those that are named, a week from the one that is, or this week.
pub fn days(
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<(NaiveDate, NaiveDate), Problem> {
    let six = Days::new(6);
    let monday = || {
        let since_monday = today.weekday().num_days_from_monday();
        today.checked_sub_days(Days::new(since_monday.into())).unwrap_or(today)
    };
    let from = from.or_else(|| to?.checked_sub_days(six)).unwrap_or_else(monday);
    let to = to.or_else(|| from.checked_add_days(six)).unwrap_or(from);
    if to < from || (to - from).num_days() >= MAX_DAYS {
        return Err(Problem::invalid_field("to", format!("must be 0 to {} days after {from}", MAX_DAYS - 1)));
    }
    Ok((from, to))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveTime};
    use uuid::Uuid;

    use super::*;
    use crate::entity::location_ids::LocationIds;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("it is a day")
    }

    #[test]
    fn a_slot_ends_after_it_begins() {
        let at = |text: &str| text.parse::<NaiveTime>().expect("it is a time of day");
        let table: [(&str, &str, Option<&str>, &[&str]); 7] = [
            ("09:00:00", "10:00:00", None, &[]),
            ("00:00:00", "23:59:59", Some("2026-03-02"), &[]),
            ("09:00:00", "09:00:01", Some("2026-03-02"), &[]),
            ("09:00:00", "09:00:00", None, &["timetable.end_time"]),
            ("22:00:00", "01:00:00", None, &["timetable.end_time"]),
            ("09:00:00", "10:00:00", Some("2026-03-01"), &["timetable.valid_to"]),
            ("10:00:00", "09:00:00", Some("2026-02-01"), &["timetable.end_time", "timetable.valid_to"]),
        ];
        for (start, end, valid_to, expected) in table {
            let slot = Model {
                college_id: Uuid::nil(),
                id: Uuid::nil(),
                division_id: Uuid::nil(),
                location_id: Uuid::nil(),
                teacher_id: Uuid::nil(),
                subject: String::new(),
                day_of_week: 1,
                start_time: at(start),
                end_time: at(end),
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
                valid_from: day("2026-03-02"),
                valid_to: valid_to.map(day),
                also_location_ids: LocationIds::default(),
            };
            let problem = check_slot("timetable.", &slot).err();
            let found = problem.map(|problem| problem.violations).unwrap_or_default();
            let found: Vec<_> = found.iter().map(|violation| violation.field.as_str()).collect();
            assert_eq!(found, expected, "{start} to {end}, until {valid_to:?}");
        }
    }

    #[test]
    fn a_schedule_is_of_this_week_or_of_what_is_asked_for() {
        // A Wednesday.
        let today = day("2026-03-04");
        let table = [
            (None, None, Some(("2026-03-02", "2026-03-08"))),
            (Some("2026-03-05"), None, Some(("2026-03-05", "2026-03-11"))),
            (None, Some("2026-03-05"), Some(("2026-02-27", "2026-03-05"))),
            (Some("2026-03-05"), Some("2026-03-05"), Some(("2026-03-05", "2026-03-05"))),
            (Some("2026-03-01"), Some("2026-05-01"), Some(("2026-03-01", "2026-05-01"))),
            (Some("2026-03-01"), Some("2026-05-02"), None),
            (Some("2026-03-05"), Some("2026-03-04"), None),
        ];
        for (from, to, expected) in table {
            let found = days(from.map(day), to.map(day), today).ok();
            assert_eq!(found, expected.map(|(from, to)| (day(from), day(to))), "{from:?} {to:?}");
        }
        assert_eq!(days(None, None, day("2026-03-02")).ok(), days(None, None, day("2026-03-08")).ok());
    }
}
