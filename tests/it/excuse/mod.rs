//! ExcuseService: asking, deciding, and the documents.

mod ask;
mod bucket;
mod decide;
mod document;
mod kill;
mod list;
mod papers;
mod race;
mod time;

use rollcall_proto::v1::{
    AttendanceRecord, DecideExcuseRequest, EndSessionRequest, Excuse, RequestExcuseRequest,
    attendance_record::Status as RecordStatus, decide_excuse_request::Decision,
};
use rollcall_tests::{Answer as _, Class, actor::Actor};
use tonic::{Response, Status};
use uuid::Uuid;

/// A request of the session that runs, without a document.
fn about(session: Uuid) -> RequestExcuseRequest {
    RequestExcuseRequest {
        session_id: Some(session.to_string()),
        record_id: None,
        reason: "At the dentist".to_owned(),
        document: None,
    }
}

async fn ask(student: &Actor, session: Uuid) -> Excuse {
    student.excuses().request_excuse(about(session)).await.answer()
}

async fn decide(staff: &Actor, id: &str, decision: Decision) -> Result<Response<Excuse>, Status> {
    let request = DecideExcuseRequest {
        id: Some(id.to_owned()),
        record_id: None,
        decision: decision.into(),
        reason: "The letter says so".to_owned(),
    };
    staff.excuses().decide_excuse(request).await
}

async fn end(class: &Class) {
    class.teacher().sessions().end_session(EndSessionRequest { id: class.session_id().to_string() }).await.answer();
}

/// The record of a student in the session that runs, if there is one.
async fn record_of(class: &Class, student: usize) -> Option<AttendanceRecord> {
    let id = class.college.students[student].id.to_string();
    class.records().await.into_iter().find(|record| record.student_id == id)
}

async fn status_of(class: &Class, student: usize) -> RecordStatus {
    record_of(class, student).await.expect("a record").status()
}
