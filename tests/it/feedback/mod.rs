//! FeedbackService: what those who attended say of a session.

mod give;
mod published;
mod statistics;

use rollcall_proto::v1::{
    EndSessionRequest, Feedback, GetSessionFeedbackRequest, GiveFeedbackRequest, SessionFeedback,
};
use rollcall_tests::{Answer as _, Class, actor::Actor};
use uuid::Uuid;

/// Seven days, and the half minute after which figures are published.
pub const UNTIL_PUBLISHED: i64 = 7 * 86_400 + 31;

/// An answer about a session: the same rating for everything.
pub fn answer(session: Uuid, rating: i32) -> GiveFeedbackRequest {
    GiveFeedbackRequest {
        session_id: session.to_string(),
        content: rating,
        delivery: rating,
        engagement: rating,
        overall: rating,
        comment: String::new(),
    }
}

pub async fn give(student: &Actor, session: Uuid, rating: i32) -> Feedback {
    student.feedback().give_feedback(answer(session, rating)).await.answer()
}

pub async fn read(actor: &Actor, session: Uuid) -> SessionFeedback {
    let request = GetSessionFeedbackRequest { session_id: session.to_string(), ..Default::default() };
    actor.feedback().get_session_feedback(request).await.answer()
}

/// Checks the first students in, and ends the session.
pub async fn attend_and_end(class: &Class, students: usize) {
    for student in 0..students {
        class.check_in(student).await;
    }
    let request = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(request).await.answer();
}
