//! What an update of a slot asks for: the new values, each read, of the fields that are to change.

use chrono::{NaiveDate, NaiveTime};
use rollcall_proto::v1::Timetable;
use uuid::Uuid;

use crate::{
    convert::{clock, date, id, location_ids, optional_date},
    entity::{location_ids::LocationIds, timetable::Model},
    mask::Mask,
    problem::{ErrorReason, Problem, Violation},
};

pub const WRITABLE: &[&str] = &[
    "division_id",
    "location_id",
    "teacher_id",
    "subject",
    "day_of_week",
    "start_time",
    "end_time",
    "valid_from",
    "valid_to",
    "also_location_ids",
];

/// The new values; none where a field stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    division_id: Option<Uuid>,
    location_id: Option<Uuid>,
    teacher_id: Option<Uuid>,
    subject: Option<String>,
    day_of_week: Option<i32>,
    start_time: Option<NaiveTime>,
    end_time: Option<NaiveTime>,
    valid_from: Option<NaiveDate>,
    /// None inside: no last day.
    valid_to: Option<Option<NaiveDate>>,
    also_location_ids: Option<LocationIds>,
}

impl Change {
    /// Reads what is named. What replaces a slot must be a whole one; only the last day and other locations may be left out.
    pub fn read(wanted: Timetable, mask: &Mask) -> Result<Self, Problem> {
        let day_of_week = Some(wanted.day_of_week).filter(|day| (1..=7).contains(day));
        let mut fields = Fields { mask, violations: Vec::new() };
        let weekday =
            |field: &str| day_of_week.ok_or_else(|| Problem::invalid_field(field, "must be 1, Monday, to 7, Sunday"));
        let last = Some(wanted.valid_to.as_str()).filter(|text| !text.is_empty());
        let change = Self {
            division_id: fields.required("division_id", &wanted.division_id, id),
            location_id: fields.required("location_id", &wanted.location_id, id),
            teacher_id: fields.required("teacher_id", &wanted.teacher_id, id),
            subject: fields.required("subject", &wanted.subject, |_, text| Ok(text.to_owned())),
            day_of_week: fields.named("day_of_week", weekday),
            start_time: fields.required("start_time", &wanted.start_time, clock),
            end_time: fields.required("end_time", &wanted.end_time, clock),
            valid_from: fields.required("valid_from", &wanted.valid_from, date),
            valid_to: fields.named("valid_to", |field| optional_date(field, last)),
            also_location_ids: fields
                .named("also_location_ids", |field| location_ids(field, &wanted.also_location_ids)),
        };
        match fields.violations {
            none if none.is_empty() => Ok(change),
            violations => Err(Problem::invalid(ErrorReason::InvalidField, violations)),
        }
    }

    /// The slot as it is to be.
    pub fn apply(self, slot: Model) -> Model {
        Model {
            division_id: self.division_id.unwrap_or(slot.division_id),
            location_id: self.location_id.unwrap_or(slot.location_id),
            teacher_id: self.teacher_id.unwrap_or(slot.teacher_id),
            subject: self.subject.unwrap_or(slot.subject),
            day_of_week: self.day_of_week.unwrap_or(slot.day_of_week),
            start_time: self.start_time.unwrap_or(slot.start_time),
            end_time: self.end_time.unwrap_or(slot.end_time),
            valid_from: self.valid_from.unwrap_or(slot.valid_from),
            valid_to: self.valid_to.unwrap_or(slot.valid_to),
            also_location_ids: self.also_location_ids.unwrap_or(slot.also_location_ids),
            ..slot
        }
    }
}

struct Fields<'a> {
    mask: &'a Mask,
    violations: Vec<Violation>,
}

impl Fields<'_> {
    fn required<T>(
        &mut self,
        field: &str,
        text: &str,
        read: impl FnOnce(&str, &str) -> Result<T, Problem>,
    ) -> Option<T> {
        self.named(field, |field| match text {
            "" => Err(Problem::invalid_field(field, "is required")),
            text => read(field, text),
        })
    }

    /// Reads a field that is to change, by its path.
    fn named<T>(&mut self, field: &str, read: impl FnOnce(&str) -> Result<T, Problem>) -> Option<T> {
        if !self.mask.has(field) {
            return None;
        }
        read(&format!("timetable.{field}")).map_err(|problem| self.violations.extend(problem.violations)).ok()
    }
}

#[cfg(test)]
mod tests {
    use prost_types::FieldMask;

    use super::*;

    fn read(wanted: Timetable, paths: Option<&[&str]>) -> Result<Change, Vec<String>> {
        let mask = paths.map(|paths| FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
        let mask = Mask::read(mask.as_ref(), WRITABLE).expect("a mask");
        Change::read(wanted, &mask)
            .map_err(|problem| problem.violations.into_iter().map(|violation| violation.field).collect())
    }

    #[test]
    fn what_is_named_is_read_and_nothing_else() {
        let whole = Timetable {
            id: Uuid::nil().to_string(),
            division_id: Uuid::from_u128(1).to_string(),
            location_id: Uuid::from_u128(2).to_string(),
            teacher_id: Uuid::from_u128(3).to_string(),
            subject: "Compilers".to_owned(),
            day_of_week: 5,
            start_time: "09:00".to_owned(),
            end_time: "10:30:00".to_owned(),
            valid_from: "2026-03-01".to_owned(),
            valid_to: String::new(),
            also_location_ids: vec![Uuid::from_u128(8).to_string(), Uuid::from_u128(7).to_string()],
        };
        let change = read(whole.clone(), None).expect("a change");
        assert_eq!((change.day_of_week, change.valid_to), (Some(5), Some(None)));
        assert_eq!(change.end_time, NaiveTime::from_hms_opt(10, 30, 0));
        let one = read(whole.clone(), Some(&["valid_to"])).expect("a change");
        assert_eq!(one, Change { valid_to: Some(None), ..Change::default() });
        let named = |field: &str| format!("timetable.{field}");
        let nothing = read(Timetable::default(), None).expect_err("a refusal");
        assert_eq!(nothing, WRITABLE[..WRITABLE.len() - 2].iter().map(|field| named(field)).collect::<Vec<_>>());
        for (wanted, field) in [
            (Timetable { start_time: "25:00".to_owned(), ..whole.clone() }, "start_time"),
            (Timetable { end_time: "24:00".to_owned(), ..whole.clone() }, "end_time"),
            (Timetable { valid_to: "2026-02-30".to_owned(), ..whole.clone() }, "valid_to"),
            (Timetable { also_location_ids: vec!["nowhere".to_owned()], ..whole.clone() }, "also_location_ids[0]"),
            (Timetable { teacher_id: "somebody".to_owned(), ..whole.clone() }, "teacher_id"),
        ] {
            assert_eq!(read(wanted.clone(), None), Err(vec![named(field)]));
            assert!(read(wanted, Some(&["subject"])).is_ok(), "{field} is not named");
        }
    }
}
