//! The usual world: one college, and one session that runs.

use rollcall_proto::v1::{
    AttendanceRecord, AttendanceRecord as Record, CheckInRequest, Code, GetCurrentCodeRequest, ListRecordsRequest,
    OneTimePassword, Position, RequestOtpRequest,
};
use uuid::Uuid;

use crate::{
    actor::Actor,
    college::College,
    kind::Kind,
    live::Watch,
    problem::Answer as _,
    world::{Plan, World},
};

/// A college and the world that it is in.
pub struct Class {
    pub world: World,
    pub college: College,
}

impl Class {
    /// A class of so many students.
    pub async fn open(kind: Kind, students: usize) -> Self {
        Self::of(Plan::new(kind), College::new("riverside", students)).await
    }

    /// A class in a world as planned.
    pub async fn of(plan: Plan, college: College) -> Self {
        Self { world: plan.start(&[&college]).await, college }
    }

    pub fn teacher(&self) -> Actor {
        self.world.actor(&self.college.teacher)
    }

    pub fn other_teacher(&self) -> Actor {
        self.world.actor(&self.college.other_teacher)
    }

    pub fn admin(&self) -> Actor {
        self.world.actor(&self.college.admin)
    }

    pub fn student(&self, number: usize) -> Actor {
        self.world.actor(&self.college.students[number])
    }

    pub fn stranger(&self) -> Actor {
        self.world.actor(&self.college.stranger)
    }

    pub fn session_id(&self) -> Uuid {
        self.college.session.id
    }

    /// What the teacher's screen shows now.
    pub async fn code(&self) -> Code {
        self.code_of(self.college.session.id).await
    }

    /// The same for another session at the location.
    pub async fn code_of(&self, session: Uuid) -> Code {
        let request = GetCurrentCodeRequest {
            location_id: self.college.location.id.to_string(),
            session_id: Some(session.to_string()),
        };
        self.teacher().codes().get_current_code(request).await.answer()
    }

    /// The one-time password that the teacher's screen shows now.
    pub async fn otp(&self) -> OneTimePassword {
        let request = RequestOtpRequest {
            location_id: self.college.location.id.to_string(),
            session_id: Some(self.college.session.id.to_string()),
            student_id: None,
        };
        self.teacher().codes().request_otp(request).await.answer()
    }

    /// A check-in with these digits and no code, in the middle of the room.
    pub fn otp_request(&self, otp: &str) -> CheckInRequest {
        CheckInRequest { otp: otp.to_owned(), ..request(self.session_id(), "", self.college.north(0.0)) }
    }

    /// A check-in that will be accepted now: a new id, the code that is shown, the middle of the room.
    pub async fn request(&self) -> CheckInRequest {
        request(self.session_id(), &self.code().await.code, self.college.north(0.0))
    }

    /// Checks a student in as they should.
    pub async fn check_in(&self, student: usize) -> AttendanceRecord {
        let request = self.request().await;
        self.student(student).check_ins().check_in(request).await.answer()
    }

    /// Every record of a session, as its teacher reads them, page by page.
    pub async fn records_of(&self, session: Uuid) -> Vec<Record> {
        let teacher = self.teacher();
        let mut request = ListRecordsRequest {
            page_size: 500,
            session_id: Some(session.to_string()),
            ..ListRecordsRequest::default()
        };
        let mut records = Vec::new();
        loop {
            let page = teacher.records().list_records(request.clone()).await.answer();
            records.extend(page.records);
            if page.next_page_token.is_empty() {
                return records;
            }
            request.page_token = page.next_page_token;
        }
    }

    /// The same of the session that runs.
    pub async fn records(&self) -> Vec<Record> {
        self.records_of(self.session_id()).await
    }

    /// Opens the teacher's live view of the session.
    pub async fn watch(&self) -> Watch {
        Watch::open(&self.teacher(), self.session_id(), "").await
    }
}

/// A check-in with a new id.
pub fn request(session: Uuid, code: &str, position: Position) -> CheckInRequest {
    CheckInRequest {
        check_in_id: Uuid::now_v7().to_string(),
        session_id: Some(session.to_string()),
        qr_code: code.to_owned(),
        position: Some(position),
        ..CheckInRequest::default()
    }
}
