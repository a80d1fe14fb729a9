//! GetSessionFeedback: what staff are shown, and what they are not.

use rollcall_proto::v1::{
    FeedbackFigures, GetSessionFeedbackRequest, Rating, SessionFeedback, session_feedback::State,
};
use rollcall_tests::{Answer as _, Class, Kind, in_every_world, on_both_stores};
use serde_json::json;
use tonic::Code;

use super::{UNTIL_PUBLISHED, answer, attend_and_end, give, read};

in_every_world!(shows_nothing_before_it_closes, shows_nothing_of_fewer_than_three);
on_both_stores!(
    comments_come_in_an_order_of_their_own,
    is_not_opened_again_by_a_setting,
    stays_when_a_record_is_corrected
);

async fn shows_nothing_before_it_closes(kind: Kind) {
    let class = Class::open(kind, 4).await;
    let session = class.session_id();
    attend_and_end(&class, 4).await;
    let empty = read(&class.teacher(), session).await;
    // Each answer that comes leaves what staff see as it was, so that no difference tells what it was.
    for (student, rating) in [(0, 5), (1, 5), (2, 2), (3, 1)] {
        give(&class.student(student), session, rating).await;
        for staff in [class.teacher(), class.admin()] {
            assert_eq!(read(&staff, session).await, empty, "after {student}");
        }
    }
    assert_eq!(empty, SessionFeedback { state: State::Open as i32, closes_at: empty.closes_at, ..Default::default() });
    // Closed, and still not shown for half a minute, in which an answer could be on its way.
    class.world.advance(7 * 86_400).await;
    assert_eq!(read(&class.teacher(), session).await, SessionFeedback { state: State::Closed as i32, ..empty.clone() });
    class.world.advance(31).await;
    let rating = Some(Rating { mean: 3.25, counts: vec![1, 1, 0, 0, 2] });
    let figures = FeedbackFigures {
        answers: 4,
        content: rating.clone(),
        delivery: rating.clone(),
        engagement: rating.clone(),
        overall: rating,
    };
    let published = SessionFeedback { state: State::Closed as i32, figures: Some(figures), ..empty };
    for staff in [class.teacher(), class.admin()] {
        assert_eq!(read(&staff, session).await, published);
    }
    let request = GetSessionFeedbackRequest { session_id: session.to_string(), ..Default::default() };
    let refusal = class.other_teacher().feedback().get_session_feedback(request.clone()).await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
    // A student sees nobody else's, also now.
    let own = read(&class.student(0), session).await;
    assert_eq!((own.figures, own.own.map(|own| own.overall)), (None, Some(5)));
    let refusal = class.stranger().feedback().get_session_feedback(request).await.refused();
    assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"));
}

async fn shows_nothing_of_fewer_than_three(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let session = class.session_id();
    attend_and_end(&class, 2).await;
    for student in [0, 1] {
        let mut request = answer(session, 1);
        request.comment = "Nobody shall read this.".to_owned();
        class.student(student).feedback().give_feedback(request).await.answer();
    }
    class.world.advance(UNTIL_PUBLISHED).await;
    for staff in [class.teacher(), class.admin()] {
        let told = read(&staff, session).await;
        assert_eq!((told.figures, told.comments.len()), (None, 0));
    }
}

async fn comments_come_in_an_order_of_their_own(kind: Kind) {
    const STUDENTS: usize = 16;
    let class = Class::open(kind, STUDENTS).await;
    let session = class.session_id();
    attend_and_end(&class, STUDENTS).await;
    let written: Vec<String> = (0..STUDENTS).map(|number| format!("Comment {number:02}")).collect();
    for (student, comment) in written.iter().enumerate() {
        let mut request = answer(session, 3);
        request.comment.clone_from(comment);
        class.student(student).feedback().give_feedback(request).await.answer();
    }
    class.world.advance(UNTIL_PUBLISHED).await;
    let pages = async |page_size: i32| {
        let mut request =
            GetSessionFeedbackRequest { session_id: session.to_string(), page_size, ..Default::default() };
        let mut comments = Vec::new();
        loop {
            let page = class.teacher().feedback().get_session_feedback(request.clone()).await.answer();
            comments.extend(page.comments);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                return comments;
            }
        }
    };
    let shown = pages(0).await;
    // One order in 16! is that of the writing.
    assert_ne!(shown, written);
    assert_eq!(pages(5).await, shown, "the order stays");
    let mut sorted = shown;
    sorted.sort();
    assert_eq!(sorted, written);
    let refusal = class.admin().feedback();
    let first = GetSessionFeedbackRequest { session_id: session.to_string(), page_size: 1, ..Default::default() };
    let page_token = class.teacher().feedback().get_session_feedback(first.clone()).await.answer().next_page_token;
    let theirs = GetSessionFeedbackRequest { page_token, ..first };
    let refused = { refusal }.get_session_feedback(theirs).await.refused();
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
}

/// A longer time for feedback is one for sessions to come: what was shown is not opened again.
async fn is_not_opened_again_by_a_setting(kind: Kind) {
    let class = Class::open(kind, 4).await;
    let session = class.session_id();
    attend_and_end(&class, 4).await;
    for student in 0..3 {
        give(&class.student(student), session, 4).await;
    }
    class.world.advance(UNTIL_PUBLISHED).await;
    let published = read(&class.teacher(), session).await;
    assert!(published.figures.is_some());
    let rest = class.admin().rest();
    let longer = rest.request(http::Method::PATCH, "/api/v1/college").json(&json!({"feedback_days": 90}));
    rest.send(longer).await.answer();
    let refusal = class.student(3).feedback().give_feedback(answer(session, 1)).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "FEEDBACK_CLOSED"));
    assert_eq!(read(&class.teacher(), session).await, published);
}

/// Who could take an answer out of the sum by a correction would see from the difference what it was.
async fn stays_when_a_record_is_corrected(kind: Kind) {
    let class = Class::open(kind, 3).await;
    let session = class.session_id();
    attend_and_end(&class, 3).await;
    for (student, rating) in [(0, 1), (1, 4), (2, 5)] {
        give(&class.student(student), session, rating).await;
    }
    class.world.advance(UNTIL_PUBLISHED).await;
    let published = read(&class.teacher(), session).await;
    let first = class.college.students[0].id.to_string();
    let records = class.records().await;
    let record = records.iter().find(|record| record.student_id == first).expect("a record");
    let request = rollcall_proto::v1::UpdateRecordRequest {
        id: record.id.clone(),
        status: rollcall_proto::v1::attendance_record::Status::Absent as i32,
        reason: "Was seen elsewhere.".to_owned(),
    };
    class.teacher().records().update_record(request).await.answer();
    assert_eq!(read(&class.teacher(), session).await, published);
}
