//! No creation takes what the server sets.

use rollcall_tests::{
    Kind,
    call::{self, Spread},
    college::now_in_seconds,
    contract::{self, short_name},
    password::PASSWORD,
};
use serde_json::{Value, json};

use super::{UNKNOWN, scene::Scene, spellings};

pub(super) async fn no_creation_takes_what_the_server_sets(kind: Kind) {
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
            "PolicyService.CreatePolicy" => {
                ("policies", json!({"scope": "COLLEGE", "rules": {"requirements": [{"factors": ["CODE"]}]}}))
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
            "WorkforceService.CreateEmployee" => ("employees", json!({"name": "Receptionist"})),
            "WorkforceService.CreatePunch" => {
                let event_time = start - chrono::TimeDelta::hours(1);
                ("punches", json!({"employee_id": self.employee, "event_type": "IN", "event_time": event_time}))
            }
            "WorkforceService.CreatePunches" => {
                let punch = json!({"employee_id": self.employee, "event_type": "OUT", "event_time": start});
                ("punches", json!({"punches": [punch]}))
            }
            "DailyRecordService.CreateDailyRecord" => (
                "daily_records",
                json!({"id": "E-1", "name": "Receptionist", "status": "PRESENT", "date": start.date_naive()}),
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
