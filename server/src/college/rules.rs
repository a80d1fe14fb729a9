//! What a college must be beyond the rules of its fields.

use rollcall_proto::v1::{College, college};
use serde_json::{Map, Value, json};

use crate::{
    entity::college::{Model, Networks, Registration},
    mask::Mask,
    organisation,
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
    let registration = registration_from_proto(wanted.registration());
    if mask.has("registration") && registration.is_none() {
        fault("registration", "is required");
    }
    if mask.has("retention_days") && wanted.retention_days.is_none() {
        fault("retention_days", "is required");
    }
    let campus_networks =
        organisation::read_networks(&wanted.campus_networks).unwrap_or_else(|(number, description)| {
            fault(&format!("campus_networks[{number}]"), &description);
            Vec::new()
        });
    if !violations.is_empty() {
        return Err(Problem::invalid(ErrorReason::InvalidField, violations));
    }
    let mut changed = college.clone();
    mask.put("name", &mut changed.name, wanted.name);
    mask.put("time_zone", &mut changed.time_zone, wanted.time_zone);
    mask.put("late_grace_seconds", &mut changed.late_grace_seconds, wanted.late_grace_seconds.unwrap_or_default());
    if let Some(registration) = registration {
        mask.put("registration", &mut changed.registration, registration);
    }
    mask.put("campus_networks", &mut changed.campus_networks, Networks(campus_networks));
    mask.put("retention_days", &mut changed.retention_days, wanted.retention_days.unwrap_or_default());
    Ok(changed)
}

/// What is different now, for the audit: by these values it was decided who was late, and which day it was.
pub fn difference(before: &Model, after: &Model) -> Value {
    let fields = [
        ("name", json!(before.name), json!(after.name)),
        ("time_zone", json!(before.time_zone), json!(after.time_zone)),
        ("late_grace_seconds", json!(before.late_grace_seconds), json!(after.late_grace_seconds)),
        (
            "registration",
            json!(registration_to_proto(before.registration).as_str_name()),
            json!(registration_to_proto(after.registration).as_str_name()),
        ),
        ("campus_networks", json!(before.campus_networks), json!(after.campus_networks)),
        ("retention_days", json!(before.retention_days), json!(after.retention_days)),
    ];
    let changed = fields.into_iter().filter(|(_, before, after)| before != after);
    Value::Object(
        changed.map(|(name, from, to)| (name.to_owned(), json!({"from": from, "to": to}))).collect::<Map<_, _>>(),
    )
}

pub const fn registration_to_proto(registration: Registration) -> college::Registration {
    match registration {
        Registration::Closed => college::Registration::Closed,
        Registration::Invitation => college::Registration::Invitation,
        Registration::Open => college::Registration::Open,
    }
}

/// None for the one that is never sent.
const fn registration_from_proto(registration: college::Registration) -> Option<Registration> {
    match registration {
        college::Registration::Unspecified => None,
        college::Registration::Closed => Some(Registration::Closed),
        college::Registration::Invitation => Some(Registration::Invitation),
        college::Registration::Open => Some(Registration::Open),
    }
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
            registration: Registration::Invitation,
            campus_networks: Networks::default(),
            retention_days: 365,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_replaces_a_college_is_a_whole_one() {
        let all = ["name", "time_zone", "late_grace_seconds", "registration", "campus_networks", "retention_days"];
        let whole = || College {
            name: "Hillside".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            late_grace_seconds: Some(0),
            registration: college::Registration::Open.into(),
            retention_days: Some(30),
            ..Default::default()
        };
        let networks = |networks: &[&str]| College {
            campus_networks: networks.iter().map(|network| (*network).to_owned()).collect(),
            ..whole()
        };
        let zone = |zone: &str| College { time_zone: zone.to_owned(), ..Default::default() };
        let id = |id: u128| Uuid::from_u128(id).to_string();
        let short = |name: &str| College { short_name: name.to_owned(), ..whole() };
        let table: [(College, &[&'static str], &[&str]); 17] = [
            (whole(), &all, &[]),
            (College { id: id(10), ..short("riverside") }, &all, &[]),
            (College { id: id(10).to_uppercase(), ..whole() }, &all, &[]),
            (College { id: id(11), ..whole() }, &all, &["college.id"]),
            (short("hillside"), &all, &["college.short_name"]),
            (
                College::default(),
                &all,
                &[
                    "college.name",
                    "college.time_zone",
                    "college.late_grace_seconds",
                    "college.registration",
                    "college.retention_days",
                ],
            ),
            (networks(&["203.0.113.0/24", "2001:db8:5::/48"]), &all, &[]),
            (networks(&["203.0.113.0/24", "10.0.0.0/16"]), &all, &["college.campus_networks[1]"]),
            (networks(&["0.0.0.0/0"]), &["campus_networks"], &["college.campus_networks[0]"]),
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
        after.registration = Registration::Closed;
        after.campus_networks = Networks(vec!["203.0.113.0/24".parse().expect("a network")]);
        after.retention_days = 0;
        assert_eq!(
            difference(&college(), &after),
            json!({
                "time_zone": {"from": "Asia/Kolkata", "to": "UTC"},
                "late_grace_seconds": {"from": 600, "to": 0},
                "registration": {"from": "INVITATION", "to": "CLOSED"},
                "campus_networks": {"from": [], "to": ["203.0.113.0/24"]},
                "retention_days": {"from": 365, "to": 0},
            })
        );
    }
}
