//! Two colleges, and in the first one two of everything: one teacher's session with her student, and another teacher's with
//! his.

mod spare;
mod webhooks;

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use chrono::TimeDelta;
use http::Method;
use rollcall_proto::v1::{GetCurrentCodeRequest, ListSignInsRequest, LogoutRequest};
use rollcall_tests::{
    Answer as _, Kind, World,
    actor::Actor,
    class::request,
    college::{College, now_in_seconds},
    mail::Line,
    password::PASSWORD,
    seed::{Role, SeedSession, SeedUser, Signal, State},
    token,
    world::{Plan, SECRET},
};
use serde_json::{Value, json};
use uuid::Uuid;

use spare::fresh_bssid;
use webhooks::Webhooks;

use super::{
    calendars,
    rows::{Row, is_theirs},
    slots,
};

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Nobody,
    Student,
    OtherStudent,
    Teacher,
    OtherTeacher,
    Admin,
    ForeignAdmin,
    Disabled,
    Expired,
    Revoked,
    /// An API key with every scope, another college's, and one with every scope but the one that is asked for.
    Key,
    ForeignKey,
    NarrowKey,
}

impl Who {
    pub const ALL: [Self; 13] = [
        Self::Nobody,
        Self::Student,
        Self::OtherStudent,
        Self::Teacher,
        Self::OtherTeacher,
        Self::Admin,
        Self::ForeignAdmin,
        Self::Disabled,
        Self::Expired,
        Self::Revoked,
        Self::Key,
        Self::ForeignKey,
        Self::NarrowKey,
    ];

    /// Whether the caller is of the other college.
    pub const fn is_foreign(self) -> bool {
        matches!(self, Self::ForeignAdmin | Self::ForeignKey)
    }
}

/// Whose object it is, seen from the first student and the first teacher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    Own,
    Other,
    Foreign,
    Absent,
}

/// How many sessions of each kind there are for RPCs that use them up.
const STOCK: usize = 80;

pub struct Scene {
    world: World,
    college: College,
    foreign: College,
    other_student: SeedUser,
    disabled: [SeedUser; 2],
    sessions: HashMap<Object, SeedSession>,
    records: HashMap<Object, String>,
    excuses: HashMap<Object, String>,
    /// Sessions that are over, which their students attended.
    attended: HashMap<Object, Uuid>,
    stock: Mutex<HashMap<(Object, Begin), Vec<Uuid>>>,
    days_ahead: AtomicI64,
    webhooks: Webhooks,
    revoked: [String; 2],
    keys: [String; 2],
    narrow_keys: HashMap<&'static str, String>,
}

/// The states that a used-up session begins in.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Begin {
    Scheduled,
    Active,
    Cancelled,
}

impl Scene {
    pub async fn open(kind: Kind) -> Self {
        let (mut college, mut foreign) = (College::new("riverside", 1), College::new("hillside", 1));
        let other_student = college.another_person("other", Role::Student);
        let other_division = college.other_division.clone();
        college.enrol(&other_student, &other_division);
        let disabled = [Role::Student, Role::Teacher].map(|role| {
            let person = college.another_person(&format!("disabled-{role:?}").to_lowercase(), role);
            college.more.users.last_mut().expect("the person").is_active = false;
            person
        });
        let division = college.division.clone();
        college.enrol(&disabled[0], &division);

        let other_session = others(&mut college, State::Active);
        // What lists have to show, and to whom.
        college.another_session(State::Completed);
        others(&mut college, State::Completed);
        foreign.another_session(State::Completed);
        for college in [&mut college, &mut foreign] {
            let location = college.location.clone();
            college.another_access_point(&location, "06:00:00:00:00:01", Signal::Wifi);
            let (division, teacher) = (college.division.clone(), college.teacher.clone());
            slots::every_day(college, &division, &teacher, 7);
            let (division, teacher) = (college.other_division.clone(), college.other_teacher.clone());
            slots::every_day(college, &division, &teacher, 6);
        }
        // What webhooks are told of.
        let told = [&mut college, &mut foreign].map(|college| college.another_session(State::Scheduled).id);
        let mut stock = HashMap::new();
        let states = [
            (Begin::Scheduled, State::Scheduled),
            (Begin::Active, State::Active),
            (Begin::Cancelled, State::Cancelled),
        ];
        for (key, state) in states {
            let own: Vec<Uuid> = (0..STOCK).map(|_| college.another_session(state).id).collect();
            let other = (0..STOCK).map(|_| others(&mut college, state).id).collect();
            let theirs = (0..STOCK).map(|_| foreign.another_session(state).id).collect();
            stock.insert((Object::Own, key), own);
            stock.insert((Object::Other, key), other);
            stock.insert((Object::Foreign, key), theirs);
        }
        let world = Plan::new(kind).mail(Line::Plain).start(&[&college, &foreign]).await;
        let sessions = HashMap::from([
            (Object::Own, college.session.clone()),
            (Object::Other, other_session),
            (Object::Foreign, foreign.session.clone()),
        ]);
        let open = json!({"registration": "OPEN"});
        let rest = world.actor(&college.admin).rest();
        rest.send(rest.request(Method::PATCH, "/api/v1/college").json(&open)).await.answer();
        // Her sign-in is what her college's audit has to show.
        world.actor(&foreign.admin).login().await;
        for college in [&college, &foreign] {
            calendars::spare_entry(&world.actor(&college.admin)).await;
        }
        let webhooks = Webhooks::make(&world, [(&college, told[0]), (&foreign, told[1])]).await;
        let mut revoked = Vec::new();
        for person in [&college.students[0], &college.teacher] {
            let actor = world.actor(person).signed_in().await;
            actor.auth().logout(LogoutRequest {}).await.answer();
            revoked.push(actor.token().expect("a token"));
        }
        let keys = [&college, &foreign].map(|college| world.actor(&college.admin));
        let keys = [make_key(&keys[0], &SCOPES).await, make_key(&keys[1], &SCOPES).await];
        let mut narrow_keys = HashMap::new();
        for lacking in SCOPES {
            let others: Vec<_> = SCOPES.into_iter().filter(|scope| *scope != lacking).collect();
            narrow_keys.insert(lacking, make_key(&world.actor(&college.admin), &others).await);
        }
        let mut scene = Self {
            world,
            college,
            foreign,
            other_student,
            disabled,
            sessions,
            records: HashMap::new(),
            excuses: HashMap::new(),
            attended: HashMap::new(),
            stock: Mutex::new(stock),
            days_ahead: AtomicI64::new(1),
            webhooks,
            revoked: revoked.try_into().expect("two tokens"),
            keys,
            narrow_keys,
        };
        scene.records = scene.check_everyone_in().await;
        for object in [Object::Own, Object::Other, Object::Foreign] {
            let excuse = scene.ask(object, scene.excused_session(object)).await;
            scene.excuses.insert(object, excuse);
            let session = scene.attend(object).await;
            scene.attended.insert(object, session);
        }
        scene
    }

    async fn check_everyone_in(&self) -> HashMap<Object, String> {
        let mut records = HashMap::new();
        for (object, student) in [
            (Object::Own, &self.college.students[0]),
            (Object::Other, &self.other_student),
            (Object::Foreign, &self.foreign.students[0]),
        ] {
            let session = &self.sessions[&object];
            let code = self.code(object, session.id).await;
            let request = request(session.id, &code, self.college.north(0.0));
            let record = self.world.actor(student).check_ins().check_in(request).await.answer();
            records.insert(object, record.id);
        }
        records
    }

    /// Has a student check in, and the session end.
    async fn attend(&self, object: Object) -> Uuid {
        let session = self.stock.lock().expect("the stock").get_mut(&(object, Begin::Active)).and_then(Vec::pop);
        let session = session.expect("enough sessions");
        let request = request(session, &self.code(object, session).await, self.college.north(0.0));
        self.world.actor(self.student(object)).check_ins().check_in(request).await.answer();
        let college = if object == Object::Foreign { &self.foreign } else { &self.college };
        let path = format!("/api/v1/sessions/{session}:end");
        self.world.actor(&college.admin).rest().post(&path, &json!({})).await.answer();
        session
    }

    /// Whoever is a student of the object.
    fn student(&self, object: Object) -> &SeedUser {
        match object {
            Object::Own | Object::Absent => &self.college.students[0],
            Object::Other => &self.other_student,
            Object::Foreign => &self.foreign.students[0],
        }
    }

    fn record(&self, object: Object) -> String {
        self.records.get(&object).cloned().unwrap_or_else(|| Uuid::now_v7().to_string())
    }

    /// An excuse that nobody decides on.
    fn excuse(&self, object: Object) -> String {
        self.excuses.get(&object).cloned().unwrap_or_else(|| Uuid::now_v7().to_string())
    }

    /// The session that it is for.
    fn excused_session(&self, object: Object) -> Uuid {
        let stock = self.stock.lock().expect("the stock");
        stock.get(&(object, Begin::Active)).map_or_else(Uuid::now_v7, |sessions| sessions[1])
    }

    /// An excuse with a document: an image of one pixel.
    async fn ask(&self, object: Object, session: Uuid) -> String {
        let document =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        let path = format!("/api/v1/sessions/{session}/excuses");
        let request = json!({"reason": "Ill", "document": document});
        let asked = self.world.actor(self.student(object)).rest().post(&path, &request).await.answer();
        asked["id"].as_str().expect("an id").to_owned()
    }

    /// The caller. Those who have lost the right to call would have it otherwise.
    pub async fn caller(&self, who: Who, row: &Row) -> Actor {
        let world = &self.world;
        let staff = !row.callers.contains(&"STUDENT");
        let person = if staff { &self.college.teacher } else { &self.college.students[0] };
        match who {
            Who::Nobody => world.nobody(),
            Who::Student => world.actor(&self.college.students[0]),
            Who::OtherStudent => world.actor(&self.other_student),
            Who::Teacher => world.actor(&self.college.teacher),
            Who::OtherTeacher => world.actor(&self.college.other_teacher),
            Who::Admin => world.actor(&self.college.admin),
            Who::ForeignAdmin => world.actor(&self.foreign.admin),
            Who::Disabled => world.actor(&self.disabled[usize::from(staff)]),
            Who::Expired => {
                let long_ago = world.clock().now() - TimeDelta::hours(1);
                world.actor(person).with_token(token::mint(SECRET, person, long_ago))
            }
            Who::Key => world.nobody().with_token(&self.keys[0]),
            Who::ForeignKey => world.nobody().with_token(&self.keys[1]),
            Who::NarrowKey => world.nobody().with_token(&self.narrow_keys[row.scope.unwrap_or(SCOPES[0])]),
            Who::Revoked => world.actor(person).with_token(&self.revoked[usize::from(staff)]),
        }
    }

    /// A request of the RPC about the object.
    ///
    /// # Panics
    /// When there is a row and no request.
    pub async fn request(&self, method: &str, who: Who, object: Object) -> Value {
        let session = self.sessions.get(&object).map_or_else(Uuid::now_v7, |session| session.id);
        let location = self.sessions.get(&object).map_or_else(Uuid::now_v7, |session| session.location_id);
        match method {
            "AuthService.Login" => json!({"email": self.email(object), "password": PASSWORD}),
            "AuthService.RefreshToken" => {
                let refresh_token = match object {
                    Object::Absent => "nonsense".to_owned(),
                    _ => self.world.actor(&self.college.students[0]).login().await.refresh_token,
                };
                json!({"refresh_token": refresh_token, "device_id": "phone"})
            }
            "AuthService.ChangePassword" => json!({"current_password": PASSWORD, "new_password": PASSWORD}),
            "AuthService.ForgotPassword" => json!({"email": self.email(object)}),
            "AuthService.Register" if object == Object::Absent => json!({"token": "nonsense", "password": PASSWORD}),
            "AuthService.Register" => {
                json!({"email": "new@x.example", "username": "New", "college": self.college.college.short_name})
            }
            "AuthService.ResetPassword" => json!({"token": "nonsense", "new_password": PASSWORD}),
            "AuthService.RevokeSignIn" => json!({"id": self.sign_in(who, object).await}),
            "SessionService.CreateSession" => self.new_session(who, object, location),
            "SessionService.GetSession" => json!({"id": session}),
            "SessionService.StartSession" => json!({"id": self.fresh(who, object, Begin::Scheduled)}),
            "SessionService.RescheduleSession" => self.another_time(self.fresh(who, object, Begin::Scheduled)),
            "SessionService.ListMakeupSlots" => json!({"id": self.fresh(who, object, Begin::Cancelled)}),
            "SessionService.BookMakeup" => self.another_time(self.fresh(who, object, Begin::Cancelled)),
            // Whoever has it keeps it.
            "SessionService.ChangeTeacher" => {
                let teacher = self.sessions.get(&object).map_or(self.college.teacher.id, |session| session.teacher_id);
                json!({"id": session, "teacher_id": teacher})
            }
            "SessionService.EndSession" | "SessionService.CancelSession" => {
                json!({"id": self.fresh(who, object, Begin::Active)})
            }
            "SessionService.ListSessions" => {
                let division = self.sessions.get(&object).map_or_else(Uuid::now_v7, |session| session.division_id);
                json!({"location_id": location, "division_id": division, "page_size": 1, "state": "COMPLETED"})
            }
            "CodeService.GetCurrentCode" | "CodeService.GetCurrentCodeImage" | "CodeService.WatchCodes" => {
                json!({"location_id": location, "session_id": session})
            }
            "CodeService.VerifyCode" => {
                // There is no code of a session that does not exist, so the own one's has to do.
                let shown = if object == Object::Absent { Object::Own } else { object };
                json!({"code": self.code(shown, self.sessions[&shown].id).await, "session_id": session})
            }
            "ApiKeyService.ListApiKeys" => json!({"page_size": 1}),
            "ApiKeyService.CreateApiKey" => {
                json!({"name": Uuid::now_v7(), "scopes": ["PEOPLE_READ"], "current_password": PASSWORD})
            }
            "ApiKeyService.GetApiKey" | "ApiKeyService.RevokeApiKey" => json!({"id": self.spare_key(object).await}),
            "UserService.UpdateMe" => json!({"username": "Renamed"}),
            "UserService.ListUsers" => json!({"page_size": 1}),
            "UserService.CreateUser" => {
                json!({"email": format!("{}@x.example", Uuid::now_v7()), "username": "New", "role": "STUDENT"})
            }
            "UserService.UpdateUser" => {
                json!({"user": {"id": self.spare_user(object).await, "username": "Renamed"}, "update_mask": "username"})
            }
            "UserService.GetUser" | "UserService.DeleteUser" | "UserService.InviteUser" => {
                json!({"id": self.spare_user(object).await})
            }
            "DivisionService.GetDivision" | "DivisionService.ListDivisionStudents" => {
                json!({"id": self.sessions.get(&object).map_or_else(Uuid::now_v7, |session| session.division_id)})
            }
            "DivisionService.ListDivisions" => json!({"page_size": 1}),
            "DivisionService.CreateDivision" => json!({"name": Uuid::now_v7()}),
            "DivisionService.UpdateDivision" => {
                let id = self.spare_division(object, false).await;
                json!({"division": {"id": id, "description": "D"}, "update_mask": "description"})
            }
            "DivisionService.DeleteDivision" => json!({"id": self.spare_division(object, false).await}),
            "DivisionService.EnrolStudent" => {
                let student = if who.is_foreign() { &self.foreign.stranger } else { &self.college.stranger };
                json!({"division_id": self.spare_division(object, false).await, "student_id": student.id})
            }
            "DivisionService.EndEnrolment" => {
                let student = if object == Object::Foreign { &self.foreign.stranger } else { &self.college.stranger };
                json!({"division_id": self.spare_division(object, true).await, "student_id": student.id})
            }
            "GeofenceService.GetLocation" => json!({"id": location}),
            "GeofenceService.CreateLocation" => {
                json!({"name": Uuid::now_v7(), "latitude": 12.9716, "longitude": 77.5946})
            }
            "GeofenceService.UpdateLocation" => {
                json!({"location": {"id": self.spare_location(object).await, "building": "B"}, "update_mask": "building"})
            }
            "GeofenceService.DeleteLocation" => json!({"id": self.spare_location(object).await}),
            "GeofenceService.ImportLocations" => {
                // A collection without features, in base64.
                let file = "eyJ0eXBlIjoiRmVhdHVyZUNvbGxlY3Rpb24iLCJmZWF0dXJlcyI6W119";
                json!({"file": {"content_type": "application/geo+json", "data": file}})
            }
            "GeofenceService.ValidatePoint" => json!({"lat": 12.9716, "lon": 77.5946}),
            "AccessPointService.ListAccessPoints" => json!({"page_size": 1}),
            "AccessPointService.CreateAccessPoint" => {
                json!({"location_id": location, "bssid": fresh_bssid(), "type": "WIFI"})
            }
            "AccessPointService.DeleteAccessPoint" => json!({"id": self.spare_access_point(object).await}),
            "TimetableService.ListTimetables" | "TimetableService.ListMySchedule" | "TimetableService.ListToday" => {
                json!({"page_size": 1})
            }
            "TimetableService.ListDivisionTimetable" => {
                json!({"id": self.sessions.get(&object).map_or_else(Uuid::now_v7, |session| session.division_id)})
            }
            "TimetableService.GetTimetable" => json!({"id": self.slot(object)}),
            "TimetableService.CreateTimetable" => {
                slots::fresh_at(if who.is_foreign() { &self.foreign } else { &self.college }, location)
            }
            "TimetableService.UpdateTimetable" => {
                let id = self.spare_slot(object).await;
                json!({"timetable": {"id": id, "subject": "Parsers"}, "update_mask": "subject"})
            }
            "TimetableService.DeleteTimetable" => json!({"id": self.spare_slot(object).await}),
            // `name`, in base64: a file without rows.
            "BulkService.ImportRows" => {
                json!({"kind": "DIVISIONS", "dry_run": true, "file": {"content_type": "text/csv", "data": "bmFtZQ=="}})
            }
            "BulkService.ExportRows" => json!({"kind": "DIVISIONS"}),
            "CalendarService.GetCalendarEntry" | "CalendarService.DeleteCalendarEntry" => {
                json!({"id": self.spare_entry(object).await})
            }
            "CalendarService.ListCalendarEntries" => json!({"page_size": 1}),
            "CalendarService.CreateCalendarEntry" => {
                json!({"kind": "BREAK", "name": "Break", "from_date": "2001-01-02"})
            }
            "CalendarService.UpdateCalendarEntry" => {
                json!({"entry": {"id": self.spare_entry(object).await, "name": "Fair"}, "update_mask": "name"})
            }
            "CalendarService.ImportCalendarEntries" => {
                // A calendar without events, in base64.
                let file = "QkVHSU46VkNBTEVOREFSDQpFTkQ6VkNBTEVOREFSDQo=";
                json!({"file": {"content_type": "text/calendar", "data": file}})
            }
            "ScheduleFeedService.GetScheduleFeed" | "ScheduleFeedService.DeleteScheduleFeed" => {
                // Whoever can have a link has one.
                let person = match who {
                    Who::Student => Some(&self.college.students[0]),
                    Who::OtherStudent => Some(&self.other_student),
                    Who::Teacher => Some(&self.college.teacher),
                    Who::OtherTeacher => Some(&self.college.other_teacher),
                    _ => None,
                };
                if let Some(person) = person {
                    calendars::link(&self.world.actor(person)).await;
                }
                json!({})
            }
            "ScheduleFeedService.DownloadScheduleFeed" => match object {
                Object::Absent => json!({"token": "rcf_x"}),
                _ => json!({"token": calendars::link(&self.world.actor(&self.college.students[0])).await}),
            },
            "NotificationService.UpdateNotificationPreferences" => {
                json!({"preferences": {"mail": "OFF"}, "update_mask": "mail"})
            }
            "NotificationService.GetGuardians" => json!({"user_id": self.spare_user(object).await}),
            "NotificationService.SetGuardians" => {
                json!({"user_id": self.spare_user(object).await, "emails": ["home@x.example"]})
            }
            "WebhookService.CreateWebhook" => json!({"url": webhooks::URL}),
            "WebhookService.UpdateWebhook" => {
                let webhook = json!({"id": self.webhooks.of(object).0, "description": "D"});
                json!({"webhook": webhook, "update_mask": "description"})
            }
            "WebhookService.GetWebhook" | "WebhookService.RotateWebhookSecret" => {
                json!({"id": self.webhooks.of(object).0})
            }
            "WebhookService.DeleteWebhook" => json!({"id": self.webhook_to_delete(who, object).await}),
            "WebhookService.ListWebhookDeliveries" => json!({"webhook_id": self.webhooks.of(object).0}),
            "WebhookService.RedeliverWebhook" => {
                let (webhook_id, id) = self.webhooks.of(object);
                json!({"webhook_id": webhook_id, "id": id})
            }
            "CollegeService.UpdateCollege" => json!({"college": {"name": "Renamed"}, "update_mask": "name"}),
            "AuditService.ListAuditRows" => json!({"page_size": 1}),
            "CheckInService.CheckIn" => {
                let session = self.fresh(who, object, Begin::Active);
                let code = match object {
                    Object::Absent => "R1".to_owned(),
                    _ => self.code(object, session).await,
                };
                json!({
                    "check_in_id": Uuid::now_v7(),
                    "session_id": session,
                    "qr_code": code,
                    "position": {"latitude": 12.9716, "longitude": 77.5946},
                })
            }
            "RecordService.ListRecords" => json!({"session_id": session}),
            "RecordService.UpdateRecord" => {
                json!({"id": self.record(object), "status": "LATE", "reason": "Seen"})
            }
            "RecordService.ListRecordChanges" => json!({"record_id": self.record(object)}),
            "RecordService.MarkRecords" => {
                let student = self.student(object).id;
                json!({"session_id": session, "marks": [{"student_id": student, "status": "LATE"}], "reason": "Seen"})
            }
            // `student,status`, in base64: a file without rows.
            "BulkService.ImportMarks" => {
                let file = json!({"content_type": "text/csv", "data": "c3R1ZGVudCxzdGF0dXM="});
                json!({"session_id": session, "dry_run": true, "file": file})
            }
            "ExcuseService.RequestExcuse" => {
                json!({"session_id": self.fresh(who, object, Begin::Active), "reason": "Ill"})
            }
            "ExcuseService.DecideExcuse" => {
                // It is decided once; callers who will be refused share one.
                let id = match is_theirs(who, object) {
                    true => self.ask(object, self.fresh(who, object, Begin::Active)).await,
                    false => self.excuse(object),
                };
                json!({"id": id, "decision": "APPROVE", "reason": "Seen"})
            }
            "ExcuseService.GetExcuse" | "ExcuseService.DownloadExcuseDocument" => json!({"id": self.excuse(object)}),
            "ExcuseService.ListExcuses" => json!({"session_id": self.excused_session(object), "page_size": 1}),
            "RecordService.GetRecord" => {
                json!({"id": self.record(object)})
            }
            "FeedbackService.GiveFeedback" => {
                let session = self.attended.get(&object).copied().unwrap_or_else(Uuid::now_v7);
                json!({"session_id": session, "content": 5, "delivery": 4, "engagement": 3, "overall": 4})
            }
            "FeedbackService.GetSessionFeedback" => {
                json!({"session_id": self.attended.get(&object).copied().unwrap_or_else(Uuid::now_v7)})
            }
            "FeedbackService.GetFeedbackStatistics" => json!({"group_by": "COURSE"}),
            "ReportService.GetAnalytics" => json!({"group_by": "DAY"}),
            "ReportService.ListAtRisk" => json!({"below_percent": 100}),
            "LiveService.WatchAttendance" => json!({"session_id": session}),
            "ScheduleFeedService.CreateScheduleFeed"
            | "AuthService.Logout"
            | "AuthService.ListSignIns"
            | "AuthService.GetJsonWebKeySet"
            | "NotificationService.ListMyNotifications"
            | "NotificationService.MarkNotificationsRead"
            | "NotificationService.GetNotificationPreferences"
            | "LiveService.WatchNotifications"
            | "WebhookService.ListWebhooks"
            | "CollegeService.GetCollege"
            | "SessionService.PlanSessions"
            | "UserService.GetMe"
            | "GeofenceService.ListLocations"
            | "GeofenceService.ExportLocations"
            | "RecordService.ListMyRecords"
            | "HealthService.Check"
            | "HealthService.Live"
            | "HealthService.Ready"
            | "HealthService.AttendanceHealth"
            | "HealthService.AttendanceHealthDetail" => json!({}),
            _ => panic!("{method} has a row and no request"),
        }
    }

    /// A sign-in of the caller's, where the object is theirs; else of somebody in whose place they are not.
    async fn sign_in(&self, who: Who, object: Object) -> String {
        let person = match (who, object) {
            (_, Object::Absent) => return Uuid::now_v7().to_string(),
            (Who::Student, Object::Own) => &self.college.students[0],
            (Who::Teacher, Object::Own) => &self.college.teacher,
            (Who::Admin, Object::Own | Object::Other) => &self.college.admin,
            (Who::OtherStudent, Object::Other) => &self.other_student,
            (Who::OtherTeacher, Object::Other) => &self.college.other_teacher,
            (Who::ForeignAdmin, Object::Foreign) => &self.foreign.admin,
            (_, Object::Own | Object::Other) => &self.college.stranger,
            (_, Object::Foreign) => &self.foreign.stranger,
        };
        let person = self.world.actor(person);
        let signed_in = person.signed_in().await;
        let sign_ins = signed_in.auth().list_sign_ins(ListSignInsRequest::default()).await.answer().sign_ins;
        sign_ins.into_iter().find(|sign_in| sign_in.current).expect("the sign-in").id
    }

    fn email(&self, object: Object) -> &str {
        match object {
            Object::Own => &self.college.students[0].email,
            Object::Other => &self.other_student.email,
            Object::Foreign => &self.foreign.students[0].email,
            Object::Absent => "nobody@riverside.example",
        }
    }

    /// A plan by the owner of the object, at its place.
    fn new_session(&self, who: Who, object: Object, location: Uuid) -> Value {
        let college = if who.is_foreign() { &self.foreign } else { &self.college };
        let mut teacher = match object {
            Object::Other => Some(college.other_teacher.id),
            _ => Some(college.teacher.id),
        };
        if matches!(object, Object::Foreign | Object::Absent) && matches!(who, Who::Teacher | Who::OtherTeacher) {
            // It is the place that is not there; the teacher is herself.
            teacher = None;
        }
        let start = now_in_seconds();
        let mut request = json!({
            "location_id": location,
            "division_id": college.division.id,
            "subject": "Compilers",
            "planned_start": start,
            "planned_end": start + TimeDelta::hours(1),
        });
        if let Some(teacher) = teacher {
            request["teacher_id"] = json!(teacher);
        }
        request
    }

    /// A plan on a day that nothing else is on.
    fn another_time(&self, session: Uuid) -> Value {
        let days = self.days_ahead.fetch_add(1, Ordering::Relaxed);
        let start = now_in_seconds() + TimeDelta::days(days);
        json!({"id": session, "planned_start": start, "planned_end": start + TimeDelta::hours(1)})
    }

    /// A session that the call may use up. Callers who will be refused share one.
    fn fresh(&self, who: Who, object: Object, state: Begin) -> Uuid {
        let mut stock = self.stock.lock().expect("the stock");
        let Some(sessions) = stock.get_mut(&(object, state)) else { return Uuid::now_v7() };
        if is_theirs(who, object) { sessions.pop().expect("enough sessions") } else { sessions[0] }
    }

    async fn code(&self, object: Object, session: Uuid) -> String {
        let (college, location) = match object {
            Object::Foreign => (&self.foreign, self.foreign.location.id),
            _ => (&self.college, self.sessions[&object].location_id),
        };
        let request =
            GetCurrentCodeRequest { location_id: location.to_string(), session_id: Some(session.to_string()) };
        self.world.actor(&college.admin).codes().get_current_code(request).await.answer().code
    }
}

/// Every scope.
const SCOPES: [&str; 5] = ["PEOPLE_READ", "PEOPLE_WRITE", "ORGANISATION_READ", "ORGANISATION_WRITE", "ATTENDANCE_READ"];

async fn make_key(admin: &Actor, scopes: &[&str]) -> String {
    let request = json!({"name": Uuid::now_v7(), "scopes": scopes, "current_password": PASSWORD});
    let made = admin.rest().post("/api/v1/api-keys", &request).await.answer();
    made["key"].as_str().expect("the key").to_owned()
}

/// A session of the other teacher, for the other division.
fn others(college: &mut College, state: State) -> SeedSession {
    college.another_session(state);
    let (teacher, division) = (college.other_teacher.id, college.other_division.id);
    let session = college.more.sessions.last_mut().expect("the session");
    (session.teacher_id, session.division_id) = (teacher, division);
    session.clone()
}
