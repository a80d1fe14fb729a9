//! What an entry does not touch, and what it does.

use rollcall_proto::v1::{
    DecideExcuseRequest, ErrorReason, GetExcuseRequest, Mark, MarkRecordsRequest, RequestExcuseRequest,
    UpdateRecordRequest, attendance_record::Status, decide_excuse_request::Decision, excuse,
};
use rollcall_tests::{Answer as _, Class, Kind, on_both_stores};

use super::{Held, end, record, record_of, refusal};

on_both_stores!(what_staff_have_said_stays, an_excuse_stays_and_is_not_needed);

async fn what_staff_have_said_stays(kind: Kind) {
    let class = Class::open(kind, 3).await;
    let mut held = Vec::new();
    for student in 0..3 {
        held.push(Held::of(&class, student).await);
    }
    class.world.advance(60).await;
    let mut entries = Vec::new();
    for one in &held {
        entries.push(one.sign(&class).await);
    }
    // By a mark, by a correction, and by a check-in with a network.
    let mark = Mark { student_id: held[0].actor.user().id.to_string(), status: Status::Absent as i32 };
    let marks =
        MarkRecordsRequest { session_id: class.session_id().to_string(), marks: vec![mark], reason: String::new() };
    class.teacher().records().mark_records(marks).await.answer();
    class.check_in(2).await;
    end(&class).await;
    let absent = record_of(&class, 1).await;
    let correction = |status: Status| UpdateRecordRequest {
        id: absent.id.clone(),
        status: status as i32,
        reason: "I saw her chair.".to_owned(),
    };
    for status in [Status::Present, Status::Absent] {
        class.teacher().records().update_record(correction(status)).await.answer();
    }
    for (student, (one, entry)) in held.iter().zip(&entries).enumerate() {
        let before = record_of(&class, student).await;
        let refused = one.hand_in_one(entry).await;
        assert_eq!(refusal(&refused).0, ErrorReason::AlreadyCheckedIn, "{student}");
        assert_eq!(refused.metadata["record_id"], before.id, "{student}");
        assert_eq!(record_of(&class, student).await, before, "{student}");
    }
}

async fn an_excuse_stays_and_is_not_needed(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let mut entries = Vec::new();
    for (student, decision) in [(0, None), (1, Some(Decision::Approve))] {
        let held = Held::of(&class, student).await;
        let request = RequestExcuseRequest {
            session_id: Some(class.session_id().to_string()),
            record_id: None,
            reason: "At the dentist".to_owned(),
            document: None,
        };
        let excuse = held.actor.excuses().request_excuse(request).await.answer();
        if let Some(decision) = decision {
            let request = DecideExcuseRequest {
                id: Some(excuse.id.clone()),
                record_id: None,
                decision: decision.into(),
                reason: "The letter says so".to_owned(),
            };
            class.teacher().excuses().decide_excuse(request).await.answer();
        }
        class.world.advance(30).await;
        let entry = held.sign(&class).await;
        entries.push((held, entry, excuse.id));
    }
    end(&class).await;
    let stands = [(Status::Pending, excuse::Status::Open), (Status::Excused, excuse::Status::Approved)];
    for (student, ((held, entry, id), (before, excuse))) in entries.iter().zip(stands).enumerate() {
        assert_eq!(record_of(&class, student).await.status(), before);
        assert_eq!(record(held.hand_in_one(entry).await).status(), Status::Present);
        let kept = held.actor.excuses().get_excuse(GetExcuseRequest { id: id.clone() }).await.answer();
        assert_eq!(kept.status(), excuse);
    }
}
