//! What is decided about divisions and enrolments, from values alone.

use chrono::NaiveDate;
use rollcall_proto::v1::Division;

use super::enrolment::Span;
use crate::{
    mask::Mask,
    problem::{ErrorReason, Problem},
};

/// Whether the fields that are to change can take what is given for them.
pub fn check_update(wanted: &Division, mask: &Mask) -> Result<(), Problem> {
    if mask.has("name") && wanted.name.is_empty() {
        return Err(Problem::invalid_field("division.name", "is required"));
    }
    Ok(())
}

/// The days of an enrolment. Without a first one it begins today.
pub fn span(from: Option<NaiveDate>, to: Option<NaiveDate>, today: NaiveDate) -> Result<Span, Problem> {
    let span = Span { from: from.unwrap_or(today), to };
    if span.to.is_some_and(|to| to < span.from) {
        return Err(Problem::invalid_field("to_date", format!("must not be before the first day, {}", span.from)));
    }
    Ok(span)
}

pub fn overlaps() -> Problem {
    Problem::new(
        ErrorReason::EnrolmentOverlaps,
        "The student belongs to this division on some of these days already. End that enrolment, or choose other days.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enrolment_begins_today_and_ends_no_earlier_than_it_begins() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("it is a day");
        let table = [
            (None, None, Some(("2026-03-05", None))),
            (None, Some("2026-03-05"), Some(("2026-03-05", Some("2026-03-05")))),
            (None, Some("2026-03-04"), None),
            (Some("2026-01-01"), Some("2026-03-04"), Some(("2026-01-01", Some("2026-03-04")))),
            (Some("2026-03-09"), Some("2026-03-08"), None),
        ];
        for (from, to, expected) in table {
            let found = span(from.map(day), to.map(day), day("2026-03-05")).ok();
            let expected = expected.map(|(from, to)| Span { from: day(from), to: to.map(day) });
            assert_eq!(found, expected, "{from:?} {to:?}");
        }
    }

    #[test]
    fn what_replaces_a_division_has_a_name() {
        let named = |name: &str| Division { name: name.to_owned(), ..Default::default() };
        for (name, writable, allowed) in [
            ("A", ["name", "description"], true),
            ("", ["name", "description"], false),
            ("", ["description", "description"], true),
        ] {
            let mask = Mask::read(None, &writable).expect("a mask");
            assert_eq!(check_update(&named(name), &mask).is_ok(), allowed, "{name:?} {writable:?}");
        }
    }
}
