//! No update writes more than its list.

use http::Method;
use prost_reflect::MethodDescriptor;
use rollcall_tests::{
    Kind, Refusal,
    contract::{self, short_name},
};
use serde_json::{Value, json};
use tonic::Code;

use super::{attempts::Attempts, scene::Scene};

/// An RPC that changes something, what it may write, and where that is kept. The first field is text, or rules.
pub(super) struct Update {
    pub(super) method: &'static str,
    pub(super) table: &'static str,
    pub(super) writable: &'static [&'static str],
}

const UPDATES: [Update; 9] = [
    Update {
        method: "CalendarService.UpdateCalendarEntry",
        table: "calendar_entries",
        writable: &["name", "kind", "from_date", "to_date", "days_of_week", "start_time", "end_time"],
    },
    Update {
        method: "CollegeService.UpdateCollege",
        table: "colleges",
        writable: &[
            "name",
            "time_zone",
            "late_grace_seconds",
            "registration",
            "campus_networks",
            "retention_days",
            "start_early_minutes",
            "start_late_minutes",
            "plan_horizon_days",
            "end_after_minutes",
            "start_position",
            "record_lock_days",
            "excuse_request_days",
            "excuse_decision_days",
            "feedback_days",
            "late_weight_percent",
            "excused_counts",
            "language",
            "low_attendance_percent",
            "device_cooldown_hours",
            "offline_window_hours",
            "face_enabled",
            "location_deletion_allowed",
        ],
    },
    Update { method: "DivisionService.UpdateDivision", table: "divisions", writable: &["name", "description"] },
    Update {
        method: "GeofenceService.UpdateLocation",
        table: "locations",
        writable: &[
            "name",
            "latitude",
            "longitude",
            "radius_meters",
            "building",
            "classroom_number",
            "capacity",
            "polygon",
        ],
    },
    Update { method: "PolicyService.UpdatePolicy", table: "policies", writable: &["rules"] },
    Update {
        method: "TimetableService.UpdateTimetable",
        table: "timetables",
        writable: &[
            "subject",
            "division_id",
            "location_id",
            "teacher_id",
            "day_of_week",
            "start_time",
            "end_time",
            "valid_from",
            "valid_to",
            "also_location_ids",
        ],
    },
    Update {
        method: "WebhookService.UpdateWebhook",
        table: "webhooks",
        writable: &["description", "url", "kinds", "is_enabled"],
    },
    Update {
        method: "WorkforceService.UpdateEmployee",
        table: "employees",
        writable: &["name", "department", "external_id", "time_zone", "location_id", "is_active"],
    },
    Update { method: "UserService.UpdateUser", table: "users", writable: &["username", "email", "role", "is_active"] },
];

impl Update {
    /// Something that the first field can have, another one for each text.
    pub(super) fn value(&self, text: &str) -> Value {
        match self.table {
            "policies" => {
                let grace: u32 = text.bytes().map(u32::from).sum();
                json!({"requirements": [{"factors": ["CODE"]}], "late_grace_seconds": grace})
            }
            _ => json!(text),
        }
    }
}

fn is_fault(result: &Result<(), Refusal>) -> bool {
    !matches!(result, Err(refusal) if refusal.kind() == (Code::InvalidArgument, "INVALID_FIELD"))
}

pub(super) async fn no_update_writes_more_than_its_list(kind: Kind) {
    let scene = Scene::open(kind).await;
    let (mut wrong, mut tried) = (Vec::new(), 0);
    // Of preferences everything can be written, and they have no id: `notification/preferences.rs` has them.
    let masked = |method: &MethodDescriptor| {
        method.input().get_field_by_name("update_mask").is_some()
            && short_name(method) != "NotificationService.UpdateNotificationPreferences"
    };
    for method in contract::methods().into_iter().filter(masked) {
        let name = short_name(&method);
        let update =
            UPDATES.iter().find(|update| update.method == name).unwrap_or_else(|| panic!("{name} is not listed"));
        for caller in scene.callers(&method) {
            let attempts = Attempts::of(&scene, update, &method).await;
            let before = scene.table(update.table).await;
            for (masks, message) in &attempts.grpc {
                let result = attempts.by_grpc(&caller, &method, masks.as_deref(), message).await;
                tried += 1;
                if is_fault(&result) || scene.table(update.table).await != before {
                    wrong.push(format!("{name} {masks:?} {message}: {result:?}"));
                }
            }
            for (verb, query, body) in &attempts.rest {
                let path = format!("{}{query}", attempts.path);
                let rest = caller.rest();
                let reply = rest.send(rest.request(verb.clone(), &path).json(body)).await;
                tried += 1;
                if reply.status != 400
                    || reply.body["reason"] != "INVALID_FIELD"
                    || scene.table(update.table).await != before
                {
                    wrong.push(format!("{name} {verb} {path} {body}: {} {}", reply.status, reply.body));
                }
            }
            // The rest of the same message can be written: it was the field that was refused.
            let rest = caller.rest();
            let body = json!({update.writable[0]: update.value(&format!("Changed {tried}"))});
            let changed = rest.send(rest.request(Method::PATCH, &attempts.path).json(&body)).await.answer();
            assert_ne!(scene.table(update.table).await, before, "{name}: {changed}");
        }
    }
    assert!(wrong.is_empty(), "{} of {tried} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
