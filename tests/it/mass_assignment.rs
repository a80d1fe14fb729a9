//! What the server sets, nobody else does: for every RPC that makes or changes something, every field that it may not write,
//! in every spelling, by everyone who may call. The RPCs and the fields come from the descriptors, so that a new one that is
//! not listed here fails.

use http::Method;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind as FieldKind, MessageDescriptor, MethodDescriptor};
use rollcall_tests::{
    Kind, Refusal, World,
    actor::Actor,
    call::{self, Spread},
    college::{College, now_in_seconds},
    contract::{self, short_name},
    database::Rows,
    on_both_stores,
    password::PASSWORD,
    seed::SeedTimetable,
    world::Plan,
};
use serde_json::{Value, json};
use tonic::Code;
use uuid::Uuid;

on_both_stores!(
    no_update_writes_more_than_its_list,
    no_creation_takes_what_the_server_sets,
    the_name_is_all_of_oneself
);

/// What some table has, and no message: no spelling of them is a way in.
const UNKNOWN: [&str; 10] = [
    "college_id",
    "tenant_id",
    "password_hash",
    "is_admin",
    "created_by",
    "updated_at",
    "deleted_at",
    "secret_hash",
    "event_seq",
    "token_hash",
];

/// An RPC that changes something, what it may write, and where that is kept. The first field is text.
struct Update {
    method: &'static str,
    table: &'static str,
    writable: &'static [&'static str],
}

const UPDATES: [Update; 7] = [
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
        ],
    },
    Update {
        method: "WebhookService.UpdateWebhook",
        table: "webhooks",
        writable: &["description", "url", "kinds", "is_enabled"],
    },
    Update { method: "UserService.UpdateUser", table: "users", writable: &["username", "email", "role", "is_active"] },
];

struct Scene {
    world: World,
    college: College,
    foreign: College,
    slot: Uuid,
    entry: String,
    webhook: String,
    key: String,
    rows: Rows,
}

impl Scene {
    async fn open(kind: Kind) -> Self {
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
        let scopes = json!(["PEOPLE_WRITE", "ORGANISATION_WRITE"]);
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
            webhook: text(&webhook["webhook"]["id"]),
            key: text(&key["key"]),
            rows,
        }
    }

    /// Everyone whom the contract lets call.
    fn callers(&self, method: &MethodDescriptor) -> Vec<Actor> {
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

    fn object(&self, update: &Update) -> String {
        match update.table {
            "calendar_entries" => self.entry.clone(),
            "colleges" => self.college.college.id.to_string(),
            "divisions" => self.college.other_division.id.to_string(),
            "locations" => self.college.location.id.to_string(),
            "timetables" => self.slot.to_string(),
            "users" => self.college.students[0].id.to_string(),
            "webhooks" => self.webhook.clone(),
            other => panic!("nothing in {other}"),
        }
    }

    /// All rows of a table, but for when a key was last used.
    async fn table(&self, table: &str) -> Vec<Value> {
        let mut rows = self.rows.all(&format!("SELECT * FROM {table} ORDER BY 1, 2")).await;
        for row in &mut rows {
            row.as_object_mut().expect("a row").remove("last_used_at");
        }
        rows
    }

    /// Something else than what a field has.
    fn another(&self, field: &FieldDescriptor) -> Value {
        match (field.name(), field.kind()) {
            ("college_id", _) => json!(self.foreign.college.id),
            ("division_id", _) => json!(self.foreign.division.id),
            ("id", _) => json!(self.foreign.admin.id),
            ("disabled_reason", _) => json!("GONE"),
            (_, FieldKind::String) => json!("other"),
            (_, FieldKind::Message(message)) if message.name() == "Timestamp" => json!("2001-01-01T00:00:00Z"),
            (name, _) => panic!("what would another {name} be?"),
        }
    }
}

/// As the contract has it, and as JSON may have it too.
fn spellings(field: &str) -> Vec<String> {
    let mut camel = String::new();
    for (number, word) in field.split('_').enumerate() {
        let (first, rest) = word.split_at(usize::from(number > 0).min(word.len()));
        camel.push_str(&first.to_uppercase());
        camel.push_str(rest);
    }
    let mut spellings = vec![field.to_owned(), camel];
    spellings.dedup();
    spellings
}

/// The field of an update's request that is the resource.
fn resource(method: &MethodDescriptor) -> (String, MessageDescriptor) {
    let field = method.input().fields().find(|field| field.name() != "update_mask").expect("a resource");
    (field.name().to_owned(), field.kind().as_message().expect("a message").clone())
}

fn is_fault(result: &Result<(), Refusal>) -> bool {
    !matches!(result, Err(refusal) if refusal.kind() == (Code::InvalidArgument, "INVALID_FIELD"))
}

async fn no_update_writes_more_than_its_list(kind: Kind) {
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
            let body = json!({update.writable[0]: format!("Changed {tried}")});
            let changed = rest.send(rest.request(Method::PATCH, &attempts.path).json(&body)).await.answer();
            assert_ne!(scene.table(update.table).await, before, "{name}: {changed}");
        }
    }
    assert!(wrong.is_empty(), "{} of {tried} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is tried on one object.
struct Attempts {
    resource: String,
    path: String,
    /// Paths of the mask, and the resource.
    grpc: Vec<(Option<Vec<String>>, Value)>,
    /// Method, query and body.
    rest: Vec<(Method, String, Value)>,
}

impl Attempts {
    async fn of(scene: &Scene, update: &Update, method: &MethodDescriptor) -> Self {
        let (resource, message) = resource(method);
        let id = scene.object(update);
        let Spread { path, .. } = call::spread(method, &json!({&resource: {"id": &id}}));
        let current = scene.world.actor(&scene.college.admin).rest().get(&path).await.answer();
        assert_eq!(current["id"], id, "{}", update.method);
        let text = update.writable[0];
        let with = |field: &str, value: &Value| {
            let mut whole = current.clone();
            (whole[text], whole[field]) = (json!("Mallory"), value.clone());
            whole
        };
        let (mut grpc, mut replacements, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        let mut mask = |paths: &[&str], message: &Value| {
            grpc.push((Some(paths.iter().map(|path| (*path).to_owned()).collect()), message.clone()));
        };
        let plain = with(text, &json!("Mallory"));
        for field in message.fields() {
            let name = field.name();
            let (inner, outer) = (format!("{name}.id"), format!("{resource}.{name}"));
            for path in [&inner, &outer] {
                mask(&[path], &plain);
                mask(&[text, path], &plain);
            }
            for spelling in spellings(name).iter().skip(1) {
                // gRPC has one spelling, and an allow-list knows no other.
                mask(&[spelling], &plain);
                mask(&[text, spelling], &plain);
            }
            if update.writable.contains(&name) {
                continue;
            }
            let another = scene.another(&field);
            // Where the path names the object, another id would only name another one.
            let is_path = name == "id" && path.ends_with(&id);
            let message = if is_path { plain.clone() } else { with(name, &another) };
            mask(&[name], &message);
            mask(&[text, name], &message);
            if !is_path {
                // Without a mask everything is replaced that may be, and what may not must be as it was.
                replacements.push((None, message.clone()));
            }
            for spelling in spellings(name) {
                let mut whole = current.clone();
                whole[text] = json!("Mallory");
                whole.as_object_mut().expect("an object").remove(name);
                whole[&spelling] = another.clone();
                if !is_path {
                    rest.push((Method::PUT, String::new(), whole));
                    rest.push((Method::PATCH, String::new(), json!({&spelling: another})));
                    rest.push((Method::PATCH, String::new(), json!({text: "Mallory", &spelling: another})));
                }
                for query in ["update_mask", "updateMask"] {
                    let body = json!({text: "Mallory"});
                    rest.push((Method::PATCH, format!("?{query}={spelling}"), body.clone()));
                    rest.push((Method::PATCH, format!("?{query}={text},{spelling}"), body));
                }
            }
        }
        for path in ["*", "", " ", "**", &resource, &text.to_uppercase(), &format!("{text} "), &format!("{text}.")] {
            mask(&[path], &plain);
            mask(&[text, path], &plain);
        }
        for name in UNKNOWN.into_iter().filter(|name| message.get_field_by_name(name).is_none()) {
            mask(&[name], &plain);
            mask(&[text, name], &plain);
            for spelling in spellings(name) {
                let body = json!({text: "Mallory", &spelling: "x"});
                rest.push((Method::PATCH, String::new(), body.clone()));
                rest.push((Method::PATCH, format!("?update_mask={text},{spelling}"), json!({text: "Mallory"})));
                let mut whole = plain.clone();
                whole[&spelling] = json!("x");
                rest.push((Method::PUT, String::new(), whole));
            }
        }
        rest.push((Method::PATCH, "?update_mask=*".to_owned(), json!({text: "Mallory"})));
        grpc.push((Some(Vec::new()), plain));
        grpc.append(&mut replacements);
        Self { resource, path, grpc, rest }
    }

    async fn by_grpc(
        &self,
        caller: &Actor,
        method: &MethodDescriptor,
        mask: Option<&[String]>,
        message: &Value,
    ) -> Result<(), Refusal> {
        use prost::Message as _;
        let mut request = contract::from_json(&method.input(), &json!({&self.resource: message}));
        if let Some(paths) = mask {
            let kind = method.input().get_field_by_name("update_mask").expect("a mask").kind();
            let mut mask = DynamicMessage::new(kind.as_message().expect("a message").clone());
            let paths = paths.iter().map(|path| prost_reflect::Value::String(path.clone())).collect();
            mask.set_field_by_name("paths", prost_reflect::Value::List(paths));
            request.set_field_by_name("update_mask", prost_reflect::Value::Message(mask));
        }
        let answer = call::raw(caller, &call::path(method), request.encode_to_vec()).await;
        answer.map(|_| ()).map_err(|status| Refusal::from(&status))
    }
}

async fn no_creation_takes_what_the_server_sets(kind: Kind) {
    let scene = Scene::open(kind).await;
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for method in contract::methods().into_iter().filter(|method| method.name().starts_with("Create")) {
        let name = short_name(&method);
        let (table, request) = scene.creation(&name);
        let (_, _, body_rule) = contract::route(&method);
        assert_eq!(body_rule, "*", "{name} takes its body as the other creations do");
        let resource = match method.output().fields().find_map(|field| field.kind().as_message().cloned()) {
            Some(inner) if method.output().get_field_by_name("id").is_none() => inner,
            _ => method.output(),
        };
        let set_by_the_server: Vec<String> = resource
            .fields()
            .map(|field| field.name().to_owned())
            .chain(UNKNOWN.map(str::to_owned))
            .filter(|field| method.input().get_field_by_name(field).is_none())
            .collect();
        for caller in scene.callers(&method) {
            let before = scene.table(table).await;
            for spelling in set_by_the_server.iter().flat_map(|field| spellings(field)) {
                let Spread { method: verb, path, body } = call::spread(&method, &request);
                let mut body = body.expect("a body");
                body[&spelling] = json!(scene.foreign.college.id);
                let rest = caller.rest();
                let reply = rest.send(rest.request(verb, &path).json(&body)).await;
                tried += 1;
                let is_refused = reply.status == 400 && reply.body["violations"][0]["field"] == spelling.as_str();
                if !is_refused || scene.table(table).await != before {
                    wrong.push(format!("{name} {spelling}: {} {}", reply.status, reply.body));
                }
            }
        }
        // Without them it is made: it was the field that was refused.
        let caller = scene.callers(&method).pop().expect("a caller");
        let made = call::call(&caller, call::Transport::Rest, &method, &request).await;
        assert!(made.is_ok(), "{name}: {made:?}");
    }
    assert!(wrong.is_empty(), "{} of {tried} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

impl Scene {
    /// A request that would be answered, and where it would leave a row.
    fn creation(&self, method: &str) -> (&'static str, Value) {
        let (location, division, teacher) =
            (self.college.location.id, self.college.division.id, self.college.teacher.id);
        let start = now_in_seconds();
        match method {
            "AccessPointService.CreateAccessPoint" => {
                ("access_points", json!({"location_id": location, "bssid": "06:00:00:00:00:07", "type": "WIFI"}))
            }
            "ApiKeyService.CreateApiKey" => {
                ("api_keys", json!({"name": "another", "scopes": ["PEOPLE_READ"], "current_password": PASSWORD}))
            }
            "CalendarService.CreateCalendarEntry" => {
                ("calendar_entries", json!({"kind": "BREAK", "name": "Fair", "from_date": "2001-02-01"}))
            }
            "DivisionService.CreateDivision" => ("divisions", json!({"name": "Robotics"})),
            "GeofenceService.CreateLocation" => {
                ("locations", json!({"name": "Room 7", "latitude": 12.9716, "longitude": 77.5946}))
            }
            "ScheduleFeedService.CreateScheduleFeed" => ("schedule_feeds", json!({})),
            "SessionService.CreateSession" => (
                "sessions",
                json!({
                    "location_id": location,
                    "division_id": division,
                    "teacher_id": teacher,
                    "subject": "Compilers",
                    "planned_start": start,
                    "planned_end": start + chrono::TimeDelta::hours(1),
                }),
            ),
            "TimetableService.CreateTimetable" => (
                "timetables",
                json!({
                    "location_id": location,
                    "division_id": division,
                    "teacher_id": teacher,
                    "subject": "Compilers",
                    "day_of_week": 2,
                    "start_time": "20:00",
                    "end_time": "21:00",
                }),
            ),
            "UserService.CreateUser" => {
                ("users", json!({"email": "new@riverside.example", "username": "New", "role": "STUDENT"}))
            }
            "WebhookService.CreateWebhook" => ("webhooks", json!({"url": "https://hooks.y.example/"})),
            _ => panic!("{method} is not listed"),
        }
    }
}

/// REST has tests of its own in `user/me.rs`; over gRPC the other fields of a person can come as bytes that the request does
/// not know.
async fn the_name_is_all_of_oneself(kind: Kind) {
    use prost::Message as _;
    let scene = Scene::open(kind).await;
    let method = contract::method("UserService.UpdateMe");
    let fields: Vec<String> = method.input().fields().map(|field| field.name().to_owned()).collect();
    assert_eq!(fields, ["username"]);
    for caller in scene.callers(&method) {
        let user = caller.user();
        let before = scene.table("users").await;
        for field in contract::POOL.get_message_by_name("rollcall.v1.User").expect("a person").fields() {
            for spelling in spellings(field.name()).into_iter().filter(|spelling| spelling != "username") {
                for verb in [Method::PUT, Method::PATCH] {
                    let rest = caller.rest();
                    let body = json!({"username": "Mallory", &spelling: "x"});
                    let refusal = rest.send(rest.request(verb, "/api/v1/users/me").json(&body)).await.refused();
                    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{body}");
                    assert_eq!(refusal.violations[0].0, spelling, "{body}");
                }
            }
        }
        assert_eq!(scene.table("users").await, before, "what was refused changed nothing");
        let mut person = rollcall_tests::college::user_message(user, None);
        person.email = "mallory@riverside.example".to_owned();
        person.role = rollcall_proto::v1::user::Role::Admin.into();
        person.college_id = scene.foreign.college.id.to_string();
        person.is_active = Some(false);
        person.id = scene.college.admin.id.to_string();
        // The request's only field has the number of a person's id: the name comes after, and the last one counts.
        let mut bytes = person.encode_to_vec();
        bytes.extend(rollcall_proto::v1::UpdateMeRequest { username: user.username.clone() }.encode_to_vec());
        let _ = call::raw(&caller, &call::path(&method), bytes).await;
        let keep = |rows: Vec<Value>| -> Vec<Value> {
            let mut rows = rows;
            rows.iter_mut().for_each(|row| _ = row.as_object_mut().expect("a row").remove("updated_at"));
            rows
        };
        assert_eq!(keep(scene.table("users").await), keep(before), "{}", user.username);
    }
}
