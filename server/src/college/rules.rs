//! What a college must be beyond the rules of its fields.

use rollcall_proto::v1::{College, college};
use serde_json::{Map, Value, json};

use crate::{
    entity::{
        college::{ExcusedCounts, Language, Model, Networks, Registration, StartPosition},
        evidence::Factor,
    },
    mask::Mask,
    organisation,
    problem::{ErrorReason, Problem, Violation},
};

/// A setting that is a number: its name, what is wanted of it, and where it is kept.
type Number = (&'static str, fn(&College) -> Option<i32>, fn(&mut Model) -> &mut i32);

/// Every setting that is a number. Their ranges stand in the contract.
const NUMBERS: [Number; 14] = [
    ("late_grace_seconds", |wanted| wanted.late_grace_seconds, |college| &mut college.late_grace_seconds),
    ("retention_days", |wanted| wanted.retention_days, |college| &mut college.retention_days),
    ("start_early_minutes", |wanted| wanted.start_early_minutes, |college| &mut college.start_early_minutes),
    ("start_late_minutes", |wanted| wanted.start_late_minutes, |college| &mut college.start_late_minutes),
    ("plan_horizon_days", |wanted| wanted.plan_horizon_days, |college| &mut college.plan_horizon_days),
    ("end_after_minutes", |wanted| wanted.end_after_minutes, |college| &mut college.end_after_minutes),
    ("feedback_days", |wanted| wanted.feedback_days, |college| &mut college.feedback_days),
    ("late_weight_percent", |wanted| wanted.late_weight_percent, |college| &mut college.late_weight_percent),
    ("record_lock_days", |wanted| wanted.record_lock_days, |college| &mut college.record_lock_days),
    ("excuse_request_days", |wanted| wanted.excuse_request_days, |college| &mut college.excuse_request_days),
    ("excuse_decision_days", |wanted| wanted.excuse_decision_days, |college| &mut college.excuse_decision_days),
    ("device_cooldown_hours", |wanted| wanted.device_cooldown_hours, |college| &mut college.device_cooldown_hours),
    ("offline_window_hours", |wanted| wanted.offline_window_hours, |college| &mut college.offline_window_hours),
    ("low_attendance_percent", |wanted| wanted.low_attendance_percent, |college| &mut college.low_attendance_percent),
];

/// A setting that is on or off, in the same way.
type Switch = (&'static str, fn(&College) -> Option<bool>, fn(&mut Model) -> &mut bool);

/// Every setting that is on or off.
const SWITCHES: [Switch; 2] = [
    ("face_enabled", |wanted| wanted.face_enabled, |college| &mut college.face_enabled),
    (
        "location_deletion_allowed",
        |wanted| wanted.location_deletion_allowed,
        |college| &mut college.location_deletion_allowed,
    ),
];

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
    for (name, number, _) in NUMBERS {
        if mask.has(name) && number(&wanted).is_none() {
            fault(name, "is required");
        }
    }
    let registration = registration_from_proto(wanted.registration());
    if mask.has("registration") && registration.is_none() {
        fault("registration", "is required");
    }
    let language = language_from_proto(wanted.language());
    if mask.has("language") && language.is_none() {
        fault("language", "is required");
    }
    let excused_counts = excused_counts_from_proto(wanted.excused_counts());
    if mask.has("excused_counts") && excused_counts.is_none() {
        fault("excused_counts", "is required");
    }
    let start_position = start_position_from_proto(wanted.start_position());
    if mask.has("start_position") && start_position.is_none() {
        fault("start_position", "is required");
    }
    for (name, switch, _) in SWITCHES {
        if mask.has(name) && switch(&wanted).is_none() {
            fault(name, "is required");
        }
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
    for (name, number, place) in NUMBERS {
        mask.put(name, place(&mut changed), number(&wanted).unwrap_or_default());
    }
    for (name, switch, place) in SWITCHES {
        mask.put(name, place(&mut changed), switch(&wanted).unwrap_or_default());
    }
    mask.put("name", &mut changed.name, wanted.name);
    mask.put("time_zone", &mut changed.time_zone, wanted.time_zone);
    if let Some(registration) = registration {
        mask.put("registration", &mut changed.registration, registration);
    }
    mask.put("campus_networks", &mut changed.campus_networks, Networks(campus_networks));
    if let Some(language) = language {
        mask.put("language", &mut changed.language, language);
    }
    if let Some(excused_counts) = excused_counts {
        mask.put("excused_counts", &mut changed.excused_counts, excused_counts);
    }
    if let Some(start_position) = start_position {
        mask.put("start_position", &mut changed.start_position, start_position);
    }
    Ok(changed)
}

/// Whether the timetable means other times now, or other days are planned.
pub fn plans_differently(before: &Model, after: &Model) -> bool {
    before.time_zone != after.time_zone || before.plan_horizon_days != after.plan_horizon_days
}

/// What people could show before, and cannot any more.
pub fn switched_off(before: &Model, after: &Model) -> Vec<Factor> {
    let off = before.factors_off();
    after.factors_off().into_iter().filter(|factor| !off.contains(factor)).collect()
}

/// What is different now, for the audit: by these values it was decided who was late, and which day it was.
pub fn difference(before: &Model, after: &Model) -> Value {
    let numbers = NUMBERS.into_iter().map(|(name, _, place)| {
        let value = |college: &Model| json!(*place(&mut college.clone()));
        (name, value(before), value(after))
    });
    let switches = SWITCHES.into_iter().map(|(name, _, place)| {
        let value = |college: &Model| json!(*place(&mut college.clone()));
        (name, value(before), value(after))
    });
    let fields = [
        ("name", json!(before.name), json!(after.name)),
        ("time_zone", json!(before.time_zone), json!(after.time_zone)),
        (
            "registration",
            json!(registration_to_proto(before.registration).as_str_name()),
            json!(registration_to_proto(after.registration).as_str_name()),
        ),
        ("campus_networks", json!(before.campus_networks), json!(after.campus_networks)),
        (
            "language",
            json!(language_to_proto(before.language).as_str_name()),
            json!(language_to_proto(after.language).as_str_name()),
        ),
        (
            "excused_counts",
            json!(excused_counts_to_proto(before.excused_counts).as_str_name()),
            json!(excused_counts_to_proto(after.excused_counts).as_str_name()),
        ),
        (
            "start_position",
            json!(start_position_to_proto(before.start_position).as_str_name()),
            json!(start_position_to_proto(after.start_position).as_str_name()),
        ),
    ];
    let changed = fields.into_iter().chain(numbers).chain(switches).filter(|(_, before, after)| before != after);
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

pub const fn language_to_proto(language: Language) -> college::Language {
    match language {
        Language::English => college::Language::En,
        Language::German => college::Language::De,
    }
}

/// None for the one that is never sent.
const fn language_from_proto(language: college::Language) -> Option<Language> {
    match language {
        college::Language::Unspecified => None,
        college::Language::En => Some(Language::English),
        college::Language::De => Some(Language::German),
    }
}

pub const fn excused_counts_to_proto(excused_counts: ExcusedCounts) -> college::ExcusedCounts {
    match excused_counts {
        ExcusedCounts::Excluded => college::ExcusedCounts::Excluded,
        ExcusedCounts::Present => college::ExcusedCounts::Present,
        ExcusedCounts::Absent => college::ExcusedCounts::Absent,
    }
}

/// None for the one that is never sent.
const fn excused_counts_from_proto(excused_counts: college::ExcusedCounts) -> Option<ExcusedCounts> {
    match excused_counts {
        college::ExcusedCounts::Unspecified => None,
        college::ExcusedCounts::Excluded => Some(ExcusedCounts::Excluded),
        college::ExcusedCounts::Present => Some(ExcusedCounts::Present),
        college::ExcusedCounts::Absent => Some(ExcusedCounts::Absent),
    }
}

pub const fn start_position_to_proto(start_position: StartPosition) -> college::StartPosition {
    match start_position {
        StartPosition::Optional => college::StartPosition::Optional,
        StartPosition::Required => college::StartPosition::Required,
        StartPosition::Off => college::StartPosition::Off,
    }
}

/// None for the one that is never sent.
const fn start_position_from_proto(start_position: college::StartPosition) -> Option<StartPosition> {
    match start_position {
        college::StartPosition::Unspecified => None,
        college::StartPosition::Optional => Some(StartPosition::Optional),
        college::StartPosition::Required => Some(StartPosition::Required),
        college::StartPosition::Off => Some(StartPosition::Off),
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
        let text = str::to_owned;
        let name = text("Riverside College");
        Model::fresh(Uuid::from_u128(10), text("riverside"), name, text("Asia/Kolkata"), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn what_replaces_a_college_is_a_whole_one() {
        let mut all = vec!["name", "time_zone", "registration", "campus_networks", "start_position", "language"];
        all.extend(NUMBERS.map(|(name, ..)| name));
        all.extend(SWITCHES.map(|(name, ..)| name));
        let all = all.as_slice();
        let whole = || College {
            name: "Hillside".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            late_grace_seconds: Some(0),
            registration: college::Registration::Open.into(),
            retention_days: Some(30),
            start_early_minutes: Some(0),
            start_late_minutes: Some(60),
            plan_horizon_days: Some(0),
            end_after_minutes: Some(0),
            record_lock_days: Some(0),
            excuse_request_days: Some(0),
            excuse_decision_days: Some(1),
            start_position: college::StartPosition::Off.into(),
            feedback_days: Some(0),
            late_weight_percent: Some(50),
            low_attendance_percent: Some(0),
            face_enabled: Some(true),
            location_deletion_allowed: Some(false),
            device_cooldown_hours: Some(0),
            offline_window_hours: Some(0),
            language: college::Language::De.into(),
            ..Default::default()
        };
        let networks = |networks: &[&str]| College {
            campus_networks: networks.iter().map(|network| (*network).to_owned()).collect(),
            ..whole()
        };
        let zone = |zone: &str| College { time_zone: zone.to_owned(), ..Default::default() };
        let id = |id: u128| Uuid::from_u128(id).to_string();
        let short = |name: &str| College { short_name: name.to_owned(), ..whole() };
        let every_number = NUMBERS.map(|(name, ..)| format!("college.{name}"));
        let mut required = vec!["college.name", "college.time_zone"];
        required.extend(every_number.iter().map(String::as_str));
        let every_switch = SWITCHES.map(|(name, ..)| format!("college.{name}"));
        required.extend(["college.registration", "college.language", "college.start_position"]);
        required.extend(every_switch.iter().map(String::as_str));
        let table: [(College, &[&'static str], &[&str]); 17] = [
            (whole(), all, &[]),
            (College { id: id(10), ..short("riverside") }, all, &[]),
            (College { id: id(10).to_uppercase(), ..whole() }, all, &[]),
            (College { id: id(11), ..whole() }, all, &["college.id"]),
            (short("hillside"), all, &["college.short_name"]),
            (College::default(), all, &required),
            (networks(&["203.0.113.0/24", "2001:db8:5::/48"]), all, &[]),
            (networks(&["203.0.113.0/24", "10.0.0.0/16"]), all, &["college.campus_networks[1]"]),
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
        after.start_position = StartPosition::Required;
        after.start_early_minutes = 5;
        after.location_deletion_allowed = false;
        assert_eq!(
            difference(&college(), &after),
            json!({
                "time_zone": {"from": "Asia/Kolkata", "to": "UTC"},
                "late_grace_seconds": {"from": 600, "to": 0},
                "registration": {"from": "INVITATION", "to": "CLOSED"},
                "campus_networks": {"from": [], "to": ["203.0.113.0/24"]},
                "retention_days": {"from": 365, "to": 0},
                "start_position": {"from": "OPTIONAL", "to": "REQUIRED"},
                "start_early_minutes": {"from": 15, "to": 5},
                "location_deletion_allowed": {"from": true, "to": false},
            })
        );
    }
}
