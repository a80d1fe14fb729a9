//! What students have done before anybody calls: they checked in, asked to be excused, and attended sessions that are over.

use std::collections::HashMap;

use rollcall_proto::v1::{CheckInRequest, GetCurrentCodeRequest, Position, RequestOtpRequest};
use rollcall_tests::{Answer as _, class::request, seed::SeedUser};
use serde_json::json;
use uuid::Uuid;

use super::{super::rows::is_theirs, Begin, Object, Scene, Who};

impl Scene {
    pub(super) async fn check_everyone_in(&self) -> HashMap<Object, String> {
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
    pub(super) async fn attend(&self, object: Object) -> Uuid {
        let session = self.fresh_of(object);
        let request = request(session, &self.code(object, session).await, self.college.north(0.0));
        self.world.actor(self.student(object)).check_ins().check_in(request).await.answer();
        let college = if object == Object::Foreign { &self.foreign } else { &self.college };
        let path = format!("/api/v1/sessions/{session}:end");
        self.world.actor(&college.admin).rest().post(&path, &json!({})).await.answer();
        session
    }

    /// Whoever is a student of the object.
    pub(super) fn student(&self, object: Object) -> &SeedUser {
        match object {
            Object::Own | Object::Absent => &self.college.students[0],
            Object::Other => &self.other_student,
            Object::Foreign => &self.foreign.students[0],
        }
    }

    pub(super) fn record(&self, object: Object) -> String {
        self.records.get(&object).cloned().unwrap_or_else(|| Uuid::now_v7().to_string())
    }

    /// An excuse that nobody decides on.
    pub(super) fn excuse(&self, object: Object) -> String {
        self.excuses.get(&object).cloned().unwrap_or_else(|| Uuid::now_v7().to_string())
    }

    /// The session that it is for.
    pub(super) fn excused_session(&self, object: Object) -> Uuid {
        let stock = self.stock.lock().expect("the stock");
        stock.get(&(object, Begin::Active)).map_or_else(Uuid::now_v7, |sessions| sessions[1])
    }

    /// An excuse with a document: an image of one pixel.
    pub(super) async fn ask(&self, object: Object, session: Uuid) -> String {
        let document =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        let path = format!("/api/v1/sessions/{session}/excuses");
        let request = json!({"reason": "Ill", "document": document});
        let asked = self.world.actor(self.student(object)).rest().post(&path, &request).await.answer();
        asked["id"].as_str().expect("an id").to_owned()
    }

    /// A check-in from where it cannot be told whether that is inside the fence, which staff are to look at.
    pub(super) async fn flag(&self, object: Object, session: Uuid) -> String {
        let doubtful = Position { accuracy_meters: Some(40.0), ..self.college.north(45.0) };
        let request = CheckInRequest {
            position: Some(doubtful),
            ..request(session, &self.code(object, session).await, self.college.north(0.0))
        };
        self.world.actor(self.student(object)).check_ins().check_in(request).await.answer().id
    }

    /// Such a check-in, rejected.
    pub(super) async fn reject(&self, object: Object, session: Uuid) -> String {
        let record = self.flag(object, session).await;
        let college = if object == Object::Foreign { &self.foreign } else { &self.college };
        let decision = json!({"decision": "REJECT", "reason": "Nobody sat there"});
        let path = format!("/api/v1/attendance/records/{record}:review");
        self.world.actor(&college.admin).rest().post(&path, &decision).await.answer();
        record
    }

    /// A flagged record that nobody decides on.
    pub(super) fn flagged(&self, object: Object) -> String {
        self.flagged.get(&object).map_or_else(|| Uuid::now_v7().to_string(), |(record, _)| record.clone())
    }

    /// The session that it is of.
    pub(super) fn flagged_session(&self, object: Object) -> Uuid {
        self.flagged.get(&object).map_or_else(Uuid::now_v7, |(_, session)| *session)
    }

    /// A session of the object that is active, and nobody else's from then on.
    pub(super) fn fresh_of(&self, object: Object) -> Uuid {
        let session = self.stock.lock().expect("the stock").get_mut(&(object, Begin::Active)).and_then(Vec::pop);
        session.expect("enough sessions")
    }

    /// A session that the call may use up. Callers who will be refused share one.
    pub(super) fn fresh(&self, who: Who, object: Object, state: Begin) -> Uuid {
        let mut stock = self.stock.lock().expect("the stock");
        let Some(sessions) = stock.get_mut(&(object, state)) else { return Uuid::now_v7() };
        if is_theirs(who, object) { sessions.pop().expect("enough sessions") } else { sessions[0] }
    }

    pub(super) async fn code(&self, object: Object, session: Uuid) -> String {
        let (college, location) = match object {
            Object::Foreign => (&self.foreign, self.foreign.location.id),
            _ => (&self.college, self.sessions[&object].location_id),
        };
        let request =
            GetCurrentCodeRequest { location_id: location.to_string(), session_id: Some(session.to_string()) };
        self.world.actor(&college.admin).codes().get_current_code(request).await.answer().code
    }

    pub(super) async fn otp(&self, object: Object, session: Uuid) -> String {
        let (college, location) = match object {
            Object::Foreign => (&self.foreign, self.foreign.location.id),
            _ => (&self.college, self.sessions[&object].location_id),
        };
        let request = RequestOtpRequest {
            location_id: location.to_string(),
            session_id: Some(session.to_string()),
            student_id: None,
        };
        self.world.actor(&college.admin).codes().request_otp(request).await.answer().otp
    }
}
