//! What the people of both colleges do, on every replica and over gRPC and REST.

use std::{
    fmt,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use rollcall_proto::v1::{GetCurrentCodeRequest, WatchAttendanceRequest};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Ledger;
use crate::{
    World,
    actor::Actor,
    call::{Transport, call},
    college::College,
    contract,
    password::PASSWORD,
    problem::Refusal,
};

/// What was done, and what went wrong.
pub struct Figures {
    pub answers: u64,
    pub refusals: u64,
    pub ids: u64,
    pub logins: u64,
    /// Records made, of each college.
    pub check_ins: [u64; 2],
    /// Check-ins and looks at codes with a code of the other college.
    pub foreign_codes: u64,
    /// Objects of the other college that were asked for.
    pub foreign_objects: u64,
    /// Events of the live views, of each college.
    pub events: [u64; 2],
    pub crossings: Vec<String>,
    /// What must have been answered and was not.
    pub failures: Vec<String>,
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} answers and {} refusals with {} ids", self.answers, self.refusals, self.ids)?;
        writeln!(out, "{} logins, {:?} check-ins, {:?} live events", self.logins, self.check_ins, self.events)?;
        writeln!(out, "{} codes and {} objects of the other college", self.foreign_codes, self.foreign_objects)?;
        write!(out, "{} failures, {} crossings", self.failures.len(), self.crossings.len())?;
        self.failures.iter().chain(&self.crossings).take(20).try_for_each(|line| write!(out, "\n  {line}"))
    }
}

/// What all share.
struct Field<'w> {
    world: &'w World,
    colleges: &'w [College; 2],
    replicas: usize,
    ledger: Ledger,
    end: Instant,
    /// A page token of each administrator.
    tokens: Mutex<[String; 2]>,
    /// A record of each college.
    records: Mutex<[Option<String>; 2]>,
    logins: AtomicU64,
    check_ins: [AtomicU64; 2],
    foreign_codes: AtomicU64,
    foreign_objects: AtomicU64,
    events: [AtomicU64; 2],
    failures: Mutex<Vec<String>>,
}

/// Somebody of one of the colleges.
struct Person<'f, 'w> {
    field: &'f Field<'w>,
    college: usize,
    actor: Actor,
    turn: usize,
}

/// Lets everybody of both colleges work for so long.
///
/// # Panics
/// When the server speaks otherwise than its contract says.
pub async fn run(world: &World, colleges: &[College; 2], replicas: usize, duration: Duration) -> Figures {
    let field = Field {
        world,
        colleges,
        replicas,
        ledger: Ledger::of(colleges),
        end: Instant::now() + duration,
        tokens: Mutex::default(),
        records: Mutex::default(),
        logins: AtomicU64::new(0),
        check_ins: Default::default(),
        foreign_codes: AtomicU64::new(0),
        foreign_objects: AtomicU64::new(0),
        events: Default::default(),
        failures: Mutex::default(),
    };
    let mut work: Vec<std::pin::Pin<Box<dyn Future<Output = ()> + '_>>> = Vec::new();
    for (number, college) in colleges.iter().enumerate() {
        let person = |user| Person { field: &field, college: number, actor: world.actor(user), turn: number };
        for student in &college.students {
            work.push(Box::pin(person(student).attends()));
        }
        work.push(Box::pin(person(&college.teacher).teaches()));
        work.push(Box::pin(person(&college.admin).administers()));
        for replica in 0..replicas {
            work.push(Box::pin(person(&college.teacher).watches(replica)));
        }
    }
    join_all(work).await;
    let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
    Figures {
        answers: count(&field.ledger.answers),
        refusals: count(&field.ledger.refusals),
        ids: count(&field.ledger.ids),
        logins: count(&field.logins),
        check_ins: [count(&field.check_ins[0]), count(&field.check_ins[1])],
        foreign_codes: count(&field.foreign_codes),
        foreign_objects: count(&field.foreign_objects),
        events: [count(&field.events[0]), count(&field.events[1])],
        crossings: field.ledger.crossings(),
        failures: field.failures.into_inner().expect("the failures"),
    }
}

impl Person<'_, '_> {
    fn own(&self) -> &College {
        &self.field.colleges[self.college]
    }

    fn other(&self) -> &College {
        &self.field.colleges[1 - self.college]
    }

    fn goes_on(&self) -> bool {
        Instant::now() < self.field.end
    }

    /// Calls on one replica after the other, over one transport after the other, and takes down what comes.
    async fn ask(&mut self, method: &str, request: Value) -> Result<Value, Refusal> {
        self.turn += 1;
        let transport =
            if (self.turn / self.field.replicas).is_multiple_of(2) { Transport::Grpc } else { Transport::Rest };
        let actor = self.actor.at(self.turn % self.field.replicas);
        let result = call(&actor, transport, &contract::method(method), &request).await;
        self.field.ledger.read(self.college, method, &request, &result);
        result
    }

    /// The same, of what must be answered.
    async fn must(&mut self, method: &str, request: Value) -> Option<Value> {
        let result = self.ask(method, request.clone()).await;
        if let Err(refusal) = &result {
            let line = format!("{method} {request}: {refusal:?}");
            self.field.failures.lock().expect("the failures").push(line);
        }
        result.ok()
    }

    /// The same, of what must be refused.
    async fn must_not(&mut self, method: &str, request: Value) {
        if let Ok(answer) = self.ask(method, request.clone()).await {
            self.field.ledger.crossed(self.college, method, &format!("{request} was answered: {answer}"));
        }
    }

    async fn login(&mut self) {
        let (email, college) = (self.actor.user().email.clone(), self.own().college.short_name.clone());
        let request = json!({"email": email, "password": PASSWORD, "device_id": "phone", "college": college});
        let Some(answer) = self.must("AuthService.Login", request).await else { return };
        self.field.logins.fetch_add(1, Ordering::Relaxed);
        let token = answer["access_token"].as_str().expect("a token").to_owned();
        let claims = token.split('.').nth(1).and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok()).expect("claims");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        self.field.ledger.read(self.college, "the access token", &Value::Null, &Ok(claims));
        self.actor = self.actor.with_token(token);
    }

    /// The code that a college's teacher shows, which the ledger does not see: it is for whoever sees the screen.
    async fn code(&self, college: usize, session: Uuid) -> Option<String> {
        let shown = &self.field.colleges[college];
        let request =
            GetCurrentCodeRequest { location_id: shown.location.id.to_string(), session_id: Some(session.to_string()) };
        let teacher = self.field.world.actor(&shown.teacher).at(self.turn % self.field.replicas);
        Some(teacher.codes().get_current_code(request).await.ok()?.into_inner().code)
    }

    async fn attends(mut self) {
        let mut round = 0;
        while self.goes_on() {
            if round % 4 == 0 {
                self.login().await;
            }
            let lists = [
                ("UserService.GetMe", json!({})),
                ("CollegeService.GetCollege", json!({})),
                ("DivisionService.ListDivisions", json!({})),
                ("SessionService.ListSessions", json!({"page_size": 50})),
                ("TimetableService.ListTimetables", json!({})),
                ("TimetableService.ListMySchedule", json!({})),
                ("TimetableService.ListToday", json!({})),
                ("RecordService.ListMyRecords", json!({})),
                ("GeofenceService.ListLocations", json!({})),
                ("AuthService.ListSignIns", json!({})),
            ];
            for (method, request) in lists {
                self.must(method, request).await;
            }
            self.check_in(round).await;
            round += 1;
        }
    }

    async fn check_in(&mut self, round: usize) {
        let (own, other) = (self.own().more.sessions.clone(), self.other().more.sessions.clone());
        let (own, other) = (own[round % own.len()].id, other[round % other.len()].id);
        let (Some(code), Some(foreign)) =
            (self.code(self.college, own).await, self.code(1 - self.college, other).await)
        else {
            return;
        };
        // The same student of both colleges makes the same ids, as two phones could.
        let number = self.own().students.iter().position(|student| student.id == self.actor.user().id).expect("one");
        let id = Uuid::from_u128(u128::try_from(1 + number * 1_000_000 + round * 10).expect("a number") << 64);
        let check_in = |session: Option<Uuid>, code: &str, step: u128| {
            let mut request = json!({
                "check_in_id": Uuid::from_u128(id.as_u128() + step),
                "qr_code": code,
                "position": {"latitude": 12.9716, "longitude": 77.5946},
                "device": {"device_id": "phone"},
            });
            if let Some(session) = session {
                request["session_id"] = json!(session);
            }
            request
        };
        for (step, (session, code)) in
            [(Some(own), &foreign), (Some(other), &foreign), (Some(other), &code), (None, &foreign)]
                .into_iter()
                .enumerate()
        {
            self.field.foreign_codes.fetch_add(1, Ordering::Relaxed);
            self.must_not("CheckInService.CheckIn", check_in(session, code, 1 + step as u128)).await;
        }
        for session in [own, other] {
            self.field.foreign_codes.fetch_add(1, Ordering::Relaxed);
            self.must_not("CodeService.VerifyCode", json!({"code": foreign, "session_id": session})).await;
        }
        // A refusal that names the record of an earlier round is as good as the record.
        let result = self.ask("CheckInService.CheckIn", check_in(Some(own), &code, 0)).await;
        let record = match &result {
            Ok(record) => {
                self.field.check_ins[self.college].fetch_add(1, Ordering::Relaxed);
                record["id"].as_str().expect("an id").to_owned()
            }
            Err(refusal) if refusal.reason == "ALREADY_CHECKED_IN" => refusal.told("record_id").to_owned(),
            // The code was of the step before the last by the time that it came.
            Err(_) => return,
        };
        self.must("RecordService.GetRecord", json!({"id": record})).await;
        self.field.records.lock().expect("the records")[self.college] = Some(record);
    }

    async fn teaches(mut self) {
        while self.goes_on() {
            let session = self.own().session.id;
            for (method, request) in [
                ("RecordService.ListRecords", json!({"page_size": 100})),
                ("RecordService.ListRecords", json!({"session_id": session})),
                ("SessionService.GetSession", json!({"id": session})),
                ("TimetableService.ListMySchedule", json!({})),
                ("DivisionService.ListDivisionStudents", json!({"id": self.own().division.id})),
                ("AccessPointService.ListAccessPoints", json!({})),
            ] {
                self.must(method, request).await;
            }
            self.looks_over().await;
        }
    }

    /// Asks for what the other college has.
    async fn looks_over(&mut self) {
        let other = self.other().clone();
        let (division, session) = (other.division.id, other.session.id);
        let record = self.field.records.lock().expect("the records")[1 - self.college].clone();
        let mut requests = vec![
            ("SessionService.GetSession", json!({"id": session})),
            ("SessionService.EndSession", json!({"id": session})),
            ("SessionService.CancelSession", json!({"id": session})),
            ("DivisionService.GetDivision", json!({"id": division})),
            ("DivisionService.ListDivisionStudents", json!({"id": division})),
            ("TimetableService.ListDivisionTimetable", json!({"id": division})),
            ("TimetableService.GetTimetable", json!({"id": other.more.timetables[0].id})),
            ("GeofenceService.GetLocation", json!({"id": other.location.id})),
            ("CodeService.GetCurrentCode", json!({"location_id": other.location.id, "session_id": session})),
            ("RecordService.ListRecords", json!({"session_id": session})),
            ("LiveService.WatchAttendance", json!({"session_id": session})),
        ];
        requests.extend(record.map(|id| ("RecordService.GetRecord", json!({"id": id}))));
        for (method, request) in requests {
            self.field.foreign_objects.fetch_add(1, Ordering::Relaxed);
            self.must_not(method, request).await;
        }
    }

    async fn administers(mut self) {
        let mut round = 0;
        while self.goes_on() {
            let own = self.own().clone();
            // What differs is written again and again, so that copies of it are dropped and read anew.
            let mark = format!("{} {round}", own.college.short_name);
            round += 1;
            for (method, request) in [
                (
                    "GeofenceService.UpdateLocation",
                    json!({"location": {"id": own.location.id, "building": mark}, "update_mask": "building"}),
                ),
                (
                    "DivisionService.UpdateDivision",
                    json!({"division": {"id": own.division.id, "description": mark}, "update_mask": "description"}),
                ),
                ("CollegeService.UpdateCollege", json!({"college": {"name": mark}, "update_mask": "name"})),
                ("UserService.ListUsers", json!({"query": "student", "page_size": 100})),
                ("UserService.ListUsers", json!({"division_id": self.other().division.id})),
                ("SessionService.ListSessions", json!({"division_id": self.other().division.id})),
                ("TimetableService.ListTimetables", json!({"teacher_id": self.other().teacher.id})),
                ("TimetableService.ListTimetables", json!({})),
                ("TimetableService.ListToday", json!({})),
                ("GeofenceService.ValidatePoint", json!({"lat": 12.9716, "lon": 77.5946})),
                ("DivisionService.ListDivisionStudents", json!({"id": own.division.id})),
                ("CalendarService.ListCalendarEntries", json!({})),
                ("AuditService.ListAuditRows", json!({"page_size": 100})),
                ("ApiKeyService.ListApiKeys", json!({})),
            ] {
                self.must(method, request).await;
            }
            if let Some(page) = self.must("UserService.ListUsers", json!({"page_size": 1})).await {
                let token = page["next_page_token"].as_str().expect("a token").to_owned();
                let foreign = {
                    let mut tokens = self.field.tokens.lock().expect("the tokens");
                    tokens[self.college] = token;
                    tokens[1 - self.college].clone()
                };
                if !foreign.is_empty() {
                    self.field.foreign_objects.fetch_add(1, Ordering::Relaxed);
                    self.must_not("UserService.ListUsers", json!({"page_size": 1, "page_token": foreign})).await;
                }
            }
            self.looks_over().await;
            let other = self.other().clone();
            let student = other.students[0].id;
            for (method, request) in [
                ("UserService.GetUser", json!({"id": student})),
                ("UserService.DeleteUser", json!({"id": student})),
                (
                    "UserService.UpdateUser",
                    json!({"user": {"id": student, "username": "Mallory"}, "update_mask": "username"}),
                ),
                ("DivisionService.EndEnrolment", json!({"division_id": other.division.id, "student_id": student})),
                ("DivisionService.EnrolStudent", json!({"division_id": own.division.id, "student_id": student})),
                ("GeofenceService.DeleteLocation", json!({"id": other.location.id})),
                ("AccessPointService.DeleteAccessPoint", json!({"id": other.more.access_points[0].id})),
                ("TimetableService.DeleteTimetable", json!({"id": other.more.timetables[0].id})),
            ] {
                self.field.foreign_objects.fetch_add(1, Ordering::Relaxed);
                self.must_not(method, request).await;
            }
        }
    }

    /// Watches one session after the other until the end.
    async fn watches(self, replica: usize) {
        let session = self.own().more.sessions[replica].id;
        let request = WatchAttendanceRequest { session_id: session.to_string(), resume_token: String::new() };
        let mut stream = match self.actor.at(replica).live().watch_attendance(request).await {
            Ok(response) => response.into_inner(),
            Err(status) => {
                return self.field.failures.lock().expect("the failures").push(format!("watching: {status}"));
            }
        };
        while let Ok(Ok(Some(event))) =
            tokio::time::timeout(self.field.end.saturating_duration_since(Instant::now()), stream.message()).await
        {
            self.field.events[self.college].fetch_add(1, Ordering::Relaxed);
            let told = contract::json_of("rollcall.v1.AttendanceEvent", &event);
            self.field.ledger.read(self.college, "LiveService.WatchAttendance", &Value::Null, &Ok(told));
        }
    }
}
