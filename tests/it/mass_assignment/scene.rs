//! Two colleges, with one of everything that an update changes.

use prost_reflect::{FieldDescriptor, Kind as FieldKind, MethodDescriptor};
use rollcall_tests::{
    Kind, World, actor::Actor, college::College, contract, database::Rows, password::PASSWORD, seed::SeedTimetable,
    world::Plan,
};
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) struct Scene {
    pub(super) world: World,
    pub(super) college: College,
    pub(super) foreign: College,
    slot: Uuid,
    entry: String,
    pub(super) employee: String,
    webhook: String,
    policy: String,
    key: String,
    rows: Rows,
}

impl Scene {
    pub(super) async fn open(kind: Kind) -> Self {
        let (mut college, foreign) = (College::new("riverside", 1), College::new("hillside", 1));
        let slot = SeedTimetable {
            id: Uuid::now_v7(),
            college_id: college.college.id,
            division_id: college.division.id,
            location_id: college.location.id,
            teacher_id: college.teacher.id,
            subject: "Rust".to_owned(),
            day_of_week: 1,
            start_time: "06:00".to_owned(),
            end_time: "06:45".to_owned(),
            valid_from: None,
            valid_to: None,
        };
        college.more.timetables.push(slot.clone());
        let world = Plan::new(kind).start(&[&college, &foreign]).await;
        let rest = world.actor(&college.admin).rest();
        let entry = json!({"kind": "BREAK", "name": "Break", "from_date": "2001-01-01"});
        let entry = rest.post("/api/v1/calendar/entries", &entry).await.answer();
        let webhook = rest.post("/api/v1/webhooks", &json!({"url": "https://hooks.x.example/"})).await.answer();
        let rules = json!({"requirements": [{"factors": ["CODE"]}]});
        let policy = json!({"scope": "DIVISION", "scope_id": college.division.id, "rules": rules});
        let policy = rest.post("/api/v1/policies", &policy).await.answer();
        let employee = rest.post("/api/v1/workforce/employees", &json!({"name": "Porter"})).await.answer();
        let scopes = json!(["PEOPLE_WRITE", "ORGANISATION_WRITE", "WORKFORCE_WRITE"]);
        let key = json!({"name": "key", "scopes": scopes, "current_password": PASSWORD});
        let key = rest.post("/api/v1/api-keys", &key).await.answer();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let rows = world.rows().await;
        Self {
            world,
            college,
            foreign,
            slot: slot.id,
            entry: text(&entry["id"]),
            employee: text(&employee["id"]),
            webhook: text(&webhook["webhook"]["id"]),
            policy: text(&policy["id"]),
            key: text(&key["key"]),
            rows,
        }
    }

    /// Everyone whom the contract lets call.
    pub(super) fn callers(&self, method: &MethodDescriptor) -> Vec<Actor> {
        let mut callers: Vec<Actor> = contract::callers(method)
            .iter()
            .map(|caller| match caller.as_str() {
                "STUDENT" => self.world.actor(&self.college.students[0]),
                "TEACHER" => self.world.actor(&self.college.teacher),
                "ADMIN" => self.world.actor(&self.college.admin),
                other => panic!("{other} has no actor"),
            })
            .collect();
        if contract::scope(method).is_some() {
            callers.push(self.world.nobody().with_token(&self.key));
        }
        callers
    }

    pub(super) fn object(&self, table: &str) -> String {
        match table {
            "calendar_entries" => self.entry.clone(),
            "colleges" => self.college.college.id.to_string(),
            "employees" => self.employee.clone(),
            "divisions" => self.college.other_division.id.to_string(),
            "locations" => self.college.location.id.to_string(),
            "policies" => self.policy.clone(),
            "timetables" => self.slot.to_string(),
            "users" => self.college.students[0].id.to_string(),
            "webhooks" => self.webhook.clone(),
            other => panic!("nothing in {other}"),
        }
    }

    /// All rows of a table, but for when a key was last used.
    pub(super) async fn table(&self, table: &str) -> Vec<Value> {
        let mut rows = self.rows.all(&format!("SELECT * FROM {table} ORDER BY 1, 2")).await;
        for row in &mut rows {
            row.as_object_mut().expect("a row").remove("last_used_at");
        }
        rows
    }

    /// Something else than what a field has.
    pub(super) fn another(&self, field: &FieldDescriptor) -> Value {
        match (field.name(), field.kind()) {
            ("college_id", _) => json!(self.foreign.college.id),
            ("division_id", _) => json!(self.foreign.division.id),
            ("id", _) => json!(self.foreign.admin.id),
            ("disabled_reason", _) => json!("GONE"),
            ("scope", _) => json!("SESSION"),
            ("is_shadow", _) => json!(true),
            ("version", _) => json!(7),
            (_, FieldKind::String) => json!("other"),
            (_, FieldKind::Message(message)) if message.name() == "Timestamp" => json!("2001-01-01T00:00:00Z"),
            (name, _) => panic!("what would another {name} be?"),
        }
    }
}
