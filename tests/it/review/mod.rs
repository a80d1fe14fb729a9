//! ReviewService: flagged check-ins, confirmed or rejected by staff, and looked at once more where a student appeals.

mod appeals;
mod decisions;
mod queue;

use rollcall_proto::v1::{
    AppealReviewRequest, AttendanceRecord, CheckInRequest, DecideReviewRequest, ListReviewsRequest, Position, Review,
    decide_review_request::Decision,
};
use rollcall_tests::{Answer as _, Class, actor::Actor};

/// A check-in from where it cannot be told whether that is inside the fence.
async fn doubtful(class: &Class, student: usize) -> AttendanceRecord {
    let position = Position { accuracy_meters: Some(40.0), ..class.college.north(45.0) };
    let request = CheckInRequest { position: Some(position), ..class.request().await };
    class.student(student).check_ins().check_in(request).await.answer()
}

fn decision(record: &AttendanceRecord, decision: Decision) -> DecideReviewRequest {
    DecideReviewRequest {
        record_id: record.id.clone(),
        decision: decision as i32,
        reason: "The chair was empty.".to_owned(),
    }
}

pub async fn decide(staff: &Actor, record: &AttendanceRecord, what: Decision) -> Review {
    staff.reviews().decide_review(decision(record, what)).await.answer()
}

pub fn appeal(record: &AttendanceRecord) -> AppealReviewRequest {
    AppealReviewRequest { record_id: record.id.clone(), reason: "I answered a question.".to_owned() }
}

async fn queue(staff: &Actor) -> Vec<Review> {
    staff.reviews().list_reviews(ListReviewsRequest::default()).await.answer().reviews
}
