//! GiveFeedback.

use futures_util::future::join_all;
use rollcall_proto::v1::{Feedback, ListAuditRowsRequest, session_feedback::State};
use rollcall_tests::{Answer as _, Class, Kind, in_every_world, on_both_stores, record::time};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::{answer, attend_and_end, give, read};

in_every_world!(is_taken_once_and_changed_until_it_closes, is_refused_of_who_was_not_there);
on_both_stores!(is_refused_out_of_range, counts_each_of_many_at_once_once, leaves_no_answer_in_the_audit);

async fn is_taken_once_and_changed_until_it_closes(kind: Kind) {
    let class = Class::open(kind, 3).await;
    let session = class.session_id();
    let early = class.student(0).feedback().give_feedback(answer(session, 4)).await.refused();
    assert_eq!(early.kind(), (Code::FailedPrecondition, "FEEDBACK_NOT_OPEN"));
    assert_eq!(early.told("state"), "ACTIVE");
    assert_eq!(read(&class.student(0), session).await.state, State::Waiting as i32);

    attend_and_end(&class, 3).await;
    let student = class.student(0);
    let before = read(&student, session).await;
    assert_eq!((before.state, before.own.clone()), (State::Open as i32, None));
    let wait = time(before.closes_at) - class.world.clock().now();
    assert!((7 * 86_400 - 60..=7 * 86_400).contains(&wait.num_seconds()), "{wait}");

    let mut request = answer(session, 4);
    request.comment = "More examples, please.".to_owned();
    let given = student.feedback().give_feedback(request).await.answer();
    let expected = Feedback {
        content: 4,
        delivery: 4,
        engagement: 4,
        overall: 4,
        comment: "More examples, please.".to_owned(),
        closes_at: before.closes_at,
    };
    assert_eq!(given, expected);
    assert_eq!(read(&student, session).await.own, Some(expected));

    class.world.advance(6 * 86_400).await;
    let changed = give(&student, session, 2).await;
    assert_eq!((changed.overall, changed.comment.as_str()), (2, ""));
    assert_eq!(read(&student, session).await.own, Some(changed.clone()));

    class.world.advance(86_400).await;
    for late in [class.student(0), class.student(1)] {
        let refusal = late.feedback().give_feedback(answer(session, 5)).await.refused();
        assert_eq!(refusal.kind(), (Code::FailedPrecondition, "FEEDBACK_CLOSED"));
        assert!(refusal.told("closed_at").ends_with('Z'), "{refusal:?}");
    }
    let after = read(&student, session).await;
    assert_eq!((after.state, after.own), (State::Closed as i32, Some(changed)));
}

async fn is_refused_of_who_was_not_there(kind: Kind) {
    let class = Class::open(kind, 2).await;
    attend_and_end(&class, 1).await;
    let session = class.session_id();
    let absent = class.student(1).feedback().give_feedback(answer(session, 1)).await.refused();
    assert_eq!(absent.kind(), (Code::FailedPrecondition, "FEEDBACK_NOT_ATTENDED"));
    assert_eq!(absent.told("status"), "ABSENT");
    // A session that is not theirs is answered like one that is not there.
    let stranger = class.stranger().feedback().give_feedback(answer(session, 1)).await.refused();
    let nowhere = class.stranger().feedback().give_feedback(answer(Uuid::now_v7(), 1)).await.refused();
    assert_eq!(stranger.kind(), (Code::NotFound, "NOT_FOUND"));
    assert_eq!(stranger, nowhere);
    for staff in [class.teacher(), class.admin()] {
        let refusal = staff.feedback().give_feedback(answer(session, 5)).await.refused();
        assert_eq!(refusal.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));
    }
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM feedback_answers").await, 0);
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM session_feedback").await, 0);
}

async fn is_refused_out_of_range(kind: Kind) {
    let class = Class::open(kind, 1).await;
    attend_and_end(&class, 1).await;
    let path = format!("/api/v1/sessions/{}/feedback", class.session_id());
    let good = json!({"content": 1, "delivery": 5, "engagement": 3, "overall": 2});
    let with = |field: &str, value: serde_json::Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    let table = [
        (with("content", json!(0)), "content"),
        (with("delivery", json!(6)), "delivery"),
        (with("engagement", json!(-1)), "engagement"),
        (json!({"content": 1, "delivery": 5, "engagement": 3}), "overall"),
        (with("comment", json!("x".repeat(2001))), "comment"),
    ];
    for (body, field) in table {
        let refusal = class.student(0).rest().post(&path, &body).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{body}");
        assert_eq!(refusal.violations[0].0, field, "{body}");
    }
    let told = class.student(0).rest().post(&path, &with("comment", json!("é".repeat(2000)))).await.answer();
    assert_eq!((&told["content"], &told["delivery"]), (&json!(1), &json!(5)));
}

/// Everybody at once, and each of them several times: what is counted is what everybody said last.
async fn counts_each_of_many_at_once_once(kind: Kind) {
    let class = Class::open(kind, 6).await;
    attend_and_end(&class, 6).await;
    let session = class.session_id();
    let racers = (0..24).map(|number| {
        let student = class.student(number % 6).on_own_line();
        async move { give(&student, session, 1 + (number as i32 % 5)).await }
    });
    join_all(racers).await;
    let mut said = [0; 5];
    for student in 0..6 {
        let own = read(&class.student(student), session).await.own.expect("an answer");
        said[own.overall as usize - 1] += 1;
    }
    class.world.advance(super::UNTIL_PUBLISHED).await;
    let figures = read(&class.teacher(), session).await.figures.expect("figures");
    assert_eq!(figures.answers, 6);
    assert_eq!(figures.overall.expect("ratings").counts, said);
}

async fn leaves_no_answer_in_the_audit(kind: Kind) {
    let class = Class::open(kind, 1).await;
    attend_and_end(&class, 1).await;
    let mut request = answer(class.session_id(), 1);
    request.comment = "Too fast for me.".to_owned();
    class.student(0).feedback().give_feedback(request).await.answer();
    let audit = class.admin().audit().list_audit_rows(ListAuditRowsRequest::default()).await.answer();
    let row = audit.audit_rows.iter().find(|row| row.action == "feedback.given").expect("a row");
    assert_eq!(row.object_id, class.session_id().to_string());
    let told = format!("{row:?}");
    assert!(!told.contains("Too fast") && !told.contains("content"), "{told}");
}
