//! TimetableService: weekly slots, and when they take place.

mod change;
mod conflict;
mod division;
mod list;
mod race;
mod schedule;

use rollcall_proto::v1::{CreateTimetableRequest, GetTimetableRequest, Timetable};
use rollcall_tests::{Answer as _, Class, actor::Actor};

/// Mondays from nine to ten, of the college's division, location and teacher, since 5 January 2026.
fn monday(class: &Class) -> CreateTimetableRequest {
    let college = &class.college;
    CreateTimetableRequest {
        division_id: college.division.id.to_string(),
        location_id: college.location.id.to_string(),
        teacher_id: college.teacher.id.to_string(),
        subject: "Compilers".to_owned(),
        day_of_week: 1,
        start_time: "09:00".to_owned(),
        end_time: "10:00".to_owned(),
        valid_from: Some("2026-01-05".to_owned()),
        valid_to: None,
        also_location_ids: Vec::new(),
    }
}

/// What is told of a slot that was made.
fn told(made: &Timetable, request: &CreateTimetableRequest) -> Timetable {
    let CreateTimetableRequest { division_id, location_id, teacher_id, subject, .. } = request.clone();
    Timetable {
        id: made.id.clone(),
        division_id,
        location_id,
        teacher_id,
        subject,
        day_of_week: request.day_of_week,
        start_time: request.start_time.clone(),
        end_time: request.end_time.clone(),
        valid_from: request.valid_from.clone().unwrap_or_default(),
        valid_to: request.valid_to.clone().unwrap_or_default(),
        also_location_ids: Vec::new(),
    }
}

async fn make(class: &Class, request: CreateTimetableRequest) -> Timetable {
    class.admin().timetables().create_timetable(request).await.answer()
}

async fn get(actor: &Actor, id: &str) -> Timetable {
    actor.timetables().get_timetable(GetTimetableRequest { id: id.to_owned() }).await.answer()
}
