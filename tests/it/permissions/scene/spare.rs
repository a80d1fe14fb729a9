//! Objects that a call may use up: made for it, with nothing that depends on them.

use rollcall_proto::v1::{
    CreateAccessPointRequest, CreateDivisionRequest, CreateLocationRequest, CreateUserRequest, EnrolStudentRequest,
    access_point, user,
};
use rollcall_tests::{Answer as _, password::PASSWORD};
use serde_json::json;
use uuid::Uuid;

use super::{
    super::{calendars, slots},
    Object, Scene,
};

impl Scene {
    /// An API key of the object's college.
    pub(super) async fn spare_key(&self, object: Object) -> String {
        let admin = match object {
            Object::Absent => return Uuid::now_v7().to_string(),
            Object::Foreign => self.world.actor(&self.foreign.admin),
            Object::Own | Object::Other => self.world.actor(&self.college.admin),
        };
        let request = json!({"name": Uuid::now_v7(), "scopes": ["PEOPLE_READ"], "current_password": PASSWORD});
        let made = admin.rest().post("/api/v1/api-keys", &request).await.answer();
        made["api_key"]["id"].as_str().expect("an id").to_owned()
    }

    /// An entry of the calendar of the object's college.
    pub(super) async fn spare_entry(&self, object: Object) -> String {
        let admin = match object {
            Object::Absent => return Uuid::now_v7().to_string(),
            Object::Foreign => &self.foreign.admin,
            Object::Own | Object::Other => &self.college.admin,
        };
        calendars::spare_entry(&self.world.actor(admin)).await
    }

    /// A location that nothing is held at.
    pub(super) async fn spare_location(&self, object: Object) -> String {
        let college = match object {
            Object::Own | Object::Other => &self.college,
            Object::Foreign => &self.foreign,
            Object::Absent => return Uuid::now_v7().to_string(),
        };
        let request = CreateLocationRequest {
            name: Uuid::now_v7().to_string(),
            latitude: Some(12.9716),
            longitude: Some(77.5946),
            ..Default::default()
        };
        self.world.actor(&college.admin).geofences().create_location(request).await.answer().id
    }

    /// A slot that is there from the beginning.
    pub(super) fn slot(&self, object: Object) -> Uuid {
        let (college, division) = match object {
            Object::Own => (&self.college, &self.college.division),
            Object::Other => (&self.college, &self.college.other_division),
            Object::Foreign => (&self.foreign, &self.foreign.division),
            Object::Absent => return Uuid::now_v7(),
        };
        let mut slots = college.more.timetables.iter();
        slots.find(|slot| slot.division_id == division.id).expect("a slot").id
    }

    /// A slot that no session was planned by.
    pub(super) async fn spare_slot(&self, object: Object) -> String {
        let college = match object {
            Object::Own | Object::Other => &self.college,
            Object::Foreign => &self.foreign,
            Object::Absent => return Uuid::now_v7().to_string(),
        };
        let request = slots::fresh(college);
        self.world.actor(&college.admin).timetables().create_timetable(request).await.answer().id
    }

    /// Somebody whom nothing depends on.
    pub(super) async fn spare_user(&self, object: Object) -> String {
        let college = match object {
            Object::Own | Object::Other => &self.college,
            Object::Foreign => &self.foreign,
            Object::Absent => return Uuid::now_v7().to_string(),
        };
        let request = CreateUserRequest {
            email: format!("{}@x.example", Uuid::now_v7()),
            username: "Spare".to_owned(),
            role: user::Role::Student.into(),
            ..Default::default()
        };
        self.world.actor(&college.admin).users().create_user(request).await.answer().id
    }

    /// A division that nothing is held for; the stranger of its college may be enrolled there.
    pub(super) async fn spare_division(&self, object: Object, with_stranger: bool) -> String {
        let college = match object {
            Object::Own | Object::Other => &self.college,
            Object::Foreign => &self.foreign,
            Object::Absent => return Uuid::now_v7().to_string(),
        };
        let admin = self.world.actor(&college.admin);
        let request = CreateDivisionRequest { name: Uuid::now_v7().to_string(), ..Default::default() };
        let division_id = admin.divisions().create_division(request).await.answer().id;
        if with_stranger {
            let request = EnrolStudentRequest {
                division_id: division_id.clone(),
                student_id: college.stranger.id.to_string(),
                ..Default::default()
            };
            admin.divisions().enrol_student(request).await.answer();
        }
        division_id
    }

    pub(super) async fn spare_access_point(&self, object: Object) -> String {
        let college = match object {
            Object::Own | Object::Other => &self.college,
            Object::Foreign => &self.foreign,
            Object::Absent => return Uuid::now_v7().to_string(),
        };
        let request = CreateAccessPointRequest {
            location_id: college.location.id.to_string(),
            bssid: fresh_bssid(),
            r#type: access_point::Type::Bluetooth.into(),
            ..Default::default()
        };
        self.world.actor(&college.admin).access_points().create_access_point(request).await.answer().id
    }
}

/// An address that nothing has.
pub(super) fn fresh_bssid() -> String {
    let [.., a, b, c, d, e] = Uuid::now_v7().into_bytes();
    format!("06{a:02x}{b:02x}{c:02x}{d:02x}{e:02x}")
}
