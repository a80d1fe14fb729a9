//! What a college must be beyond the rules of its fields.

use rollcall_proto::v1::College;
use serde_json::{Map, Value, json};

use crate::{
    entity::college::Model,
    mask::Mask,
    problem::{ErrorReason, Problem, Violation},
};

/// The college after a change. What replaces it must be a whole one, and what the server set may be said again, but not
/// differently: nobody shall believe to have changed what stayed as it was.
pub fn change(college: &Model, wanted: College, mask: &Mask) -> Result<Model, Problem> {
    let mut violations = Vec::new();
    let mut fault = |field: &str, description: &str| {
        violations.push(Violation { field: format!("college.{field}"), description: description.to_owned() });
    };
    if !wanted.id.is_empty() && !wanted.id.eq_ignore_ascii_case(&college.id.to_string()) {
        fault("id", "cannot be changed");
    }
    if !wanted.short_name.is_empty() && wanted.short_name != college.short_name {
        fault("short_name", "cannot be changed");
    }
    if mask.has("name") && wanted.name.is_empty() {
        fault("name", "is required");
    }
    if mask.has("time_zone") && wanted.time_zone.parse::<chrono_tz::Tz>().is_err() {
        fault("time_zone", "must be an IANA zone such as Asia/Kolkata");
    }
    if mask.has("late_grace_seconds") && wanted.late_grace_seconds.is_none() {
        fault("late_grace_seconds", "is required");
    }
    if !violations.is_empty() {
        return Err(Problem::invalid(ErrorReason::InvalidField, violations));
    }
    let mut changed = college.clone();
    mask.put("name", &mut changed.name, wanted.name);
    mask.put("time_zone", &mut changed.time_zone, wanted.time_zone);
    mask.put("late_grace_seconds", &mut changed.late_grace_seconds, wanted.late_grace_seconds.unwrap_or_default());
    Ok(changed)
}

/// What is different now, for the audit: by these values it was decided who was late, and which day it was.
pub fn difference(before: &Model, after: &Model) -> Value {
    let fields = [
        ("name", json!(before.name), json!(after.name)),
        ("time_zone", json!(before.time_zone), json!(after.time_zone)),
        ("late_grace_seconds", json!(before.late_grace_seconds), json!(after.late_grace_seconds)),
    ];
    let changed = fields.into_iter().filter(|(_, before, after)| before != after);
    Value::Object(
        changed.map(|(name, from, to)| (name.to_owned(), json!({"from": from, "to": to}))).collect::<Map<_, _>>(),
    )
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn college() -> Model {
        Model {
            id: Uuid::from_u128(10),
            short_name: "riverside".to_owned(),
            name: "Riverside College".to_owned(),
            time_zone: "Asia/Kolkata".to_owned(),
            late_grace_seconds: 600,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_replaces_a_college_is_a_whole_one() {
        let all = ["name", "time_zone", "late_grace_seconds"];
        let whole = || College {
            name: "Hillside".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            late_grace_seconds: Some(0),
            ..Default::default()
        };
        let zone = |zone: &str| College { time_zone: zone.to_owned(), ..Default::default() };
        let id = |id: u128| Uuid::from_u128(id).to_string();
        let short = |name: &str| College { short_name: name.to_owned(), ..whole() };
        let table: [(College, &[&'static str], &[&str]); 14] = [
            (whole(), &all, &[]),
            (College { id: id(10), ..short("riverside") }, &all, &[]),
            (College { id: id(10).to_uppercase(), ..whole() }, &all, &[]),
            (College { id: id(11), ..whole() }, &all, &["college.id"]),
            (short("hillside"), &all, &["college.short_name"]),
            (College::default(), &all, &["college.name", "college.time_zone", "college.late_grace_seconds"]),
            (zone("UTC"), &["time_zone"], &[]),
            (zone("America/Argentina/Buenos_Aires"), &["time_zone"], &[]),
            (zone("asia/kolkata"), &["time_zone"], &["college.time_zone"]),
            (zone("+05:30"), &["time_zone"], &["college.time_zone"]),
            (zone("Asia/Atlantis"), &["time_zone"], &["college.time_zone"]),
            (zone(" UTC"), &["time_zone"], &["college.time_zone"]),
            (zone("Asia/Atlantis"), &["name"], &["college.name"]),
            (College { name: "Hillside".to_owned(), ..Default::default() }, &["name"], &[]),
        ];
        for (wanted, writable, expected) in table {
            let mask = Mask::read(None, writable).expect("a mask");
            let problem = change(&college(), wanted.clone(), &mask).err();
            let found = problem.map(|problem| problem.violations).unwrap_or_default();
            let found: Vec<_> = found.iter().map(|violation| violation.field.as_str()).collect();
            assert_eq!(found, expected, "{wanted:?} {writable:?}");
        }
    }

    #[test]
    fn the_audit_tells_what_is_different() {
        let mut after = college();
        assert_eq!(difference(&college(), &after), json!({}));
        (after.time_zone, after.late_grace_seconds) = ("UTC".to_owned(), 0);
        assert_eq!(
            difference(&college(), &after),
            json!({"time_zone": {"from": "Asia/Kolkata", "to": "UTC"}, "late_grace_seconds": {"from": 600, "to": 0}})
        );
    }
}
