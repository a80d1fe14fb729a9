//! DecideExcuse: who decides, and that it is decided once.

use rollcall_proto::v1::{
    DecideExcuseRequest, GetExcuseRequest, UpdateUserRequest, User, attendance_record::Status as RecordStatus,
    decide_excuse_request::Decision, excuse::Status, user,
};
use rollcall_tests::{Answer as _, Class, Kind, college::College, on_both_stores, seed::Role, world::Plan};
use tonic::Code;
use uuid::Uuid;

use super::{ask, decide, end, status_of};

on_both_stores!(it_is_decided_once, by_those_whom_it_concerns, nobody_decides_on_their_own, says_what_is_wrong);

async fn it_is_decided_once(kind: Kind) {
    let class = Class::open(kind, 2).await;
    end(&class).await;
    let excuse = ask(&class.student(0), class.session_id()).await;
    let decided = decide(&class.teacher(), &excuse.id, Decision::Refuse).await.answer();
    assert_eq!((decided.status(), decided.decision_reason.as_str()), (Status::Refused, "The letter says so"));
    assert_eq!(decided.decided_by, class.college.teacher.id.to_string());
    assert!(decided.decided_at.is_some());
    for (staff, decision) in [(class.teacher(), Decision::Refuse), (class.admin(), Decision::Approve)] {
        let refusal = decide(&staff, &excuse.id, decision).await.refused();
        assert_eq!(refusal.kind(), (Code::FailedPrecondition, "ALREADY_DECIDED"));
        assert_eq!(refusal.told("status"), "REFUSED");
    }
    assert_eq!(status_of(&class, 0).await, RecordStatus::Absent);

    let rows = class.world.rows().await;
    let deeds = rows.all("SELECT action FROM audit_rows WHERE action LIKE 'excuse.%' ORDER BY created_at, id").await;
    let deeds: Vec<_> = deeds.iter().map(|row| row["action"].as_str().expect("text").to_owned()).collect();
    assert_eq!(deeds, ["excuse.requested", "excuse.refused"]);
}

async fn by_those_whom_it_concerns(kind: Kind) {
    let (college, foreign) = (College::new("riverside", 2), College::new("hillside", 1));
    let class = Class { world: Plan::new(kind).start(&[&college, &foreign]).await, college };
    let excuse = ask(&class.student(0), class.session_id()).await;
    let foreign_admin = class.world.actor(&foreign.admin);
    let absent = Uuid::now_v7().to_string();
    for staff in [class.other_teacher(), foreign_admin.clone()] {
        let here = decide(&staff, &excuse.id, Decision::Approve).await.refused();
        assert_eq!(here.kind(), (Code::NotFound, "NOT_FOUND"));
        assert_eq!(here, decide(&staff, &absent, Decision::Approve).await.refused());
    }
    let student = decide(&class.student(0), &excuse.id, Decision::Approve).await.refused();
    assert_eq!(student.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));
    let get = GetExcuseRequest { id: excuse.id.clone() };
    for reader in [class.student(1), class.other_teacher(), foreign_admin] {
        let refusal = reader.excuses().get_excuse(get.clone()).await.refused();
        assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"));
    }
    for reader in [class.student(0), class.teacher(), class.admin()] {
        assert_eq!(reader.excuses().get_excuse(get.clone()).await.answer(), excuse);
    }
}

/// Whoever asked as a student and administers since then is still who asked.
async fn nobody_decides_on_their_own(kind: Kind) {
    let class = Class::open(kind, 1).await;
    end(&class).await;
    let excuse = ask(&class.student(0), class.session_id()).await;
    let update = UpdateUserRequest {
        user: Some(User {
            id: class.college.students[0].id.to_string(),
            role: user::Role::Admin.into(),
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["role".to_owned()] }),
    };
    class.admin().users().update_user(update).await.answer();
    let promoted = rollcall_tests::seed::SeedUser { role: Role::Admin, ..class.college.students[0].clone() };
    // The token is minted for now, after the change that ended what came before.
    class.world.advance(2).await;
    let promoted = class.world.actor(&promoted);
    let refusal = decide(&promoted, &excuse.id, Decision::Approve).await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "OWN_RECORD"));
    assert_eq!(status_of(&class, 0).await, RecordStatus::Pending);
}

async fn says_what_is_wrong(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let excuse = ask(&class.student(0), class.session_id()).await;
    let good = DecideExcuseRequest {
        id: Some(excuse.id.clone()),
        record_id: None,
        decision: Decision::Approve.into(),
        reason: "Seen".to_owned(),
    };
    let cases = [
        (DecideExcuseRequest { id: None, ..good.clone() }, "id"),
        (DecideExcuseRequest { record_id: Some(excuse.id.clone()), ..good.clone() }, "id"),
        (DecideExcuseRequest { decision: 0, ..good.clone() }, "decision"),
        (DecideExcuseRequest { decision: 7, ..good.clone() }, "decision"),
        (DecideExcuseRequest { reason: String::new(), ..good.clone() }, "reason"),
        (DecideExcuseRequest { reason: "x".repeat(501), ..good.clone() }, "reason"),
    ];
    for (request, field) in cases {
        let refusal = class.teacher().excuses().decide_excuse(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{refusal:?}");
        assert_eq!(refusal.violations[0].0, field, "{refusal:?}");
    }
    class.teacher().excuses().decide_excuse(good).await.answer();
}
