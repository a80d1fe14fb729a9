//! CreateSession.

use chrono::TimeDelta;
use rollcall_proto::v1::{
    CreateSessionRequest, GetSessionRequest, Session,
    session::{Origin, State},
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::{College, LATE_GRACE_SECONDS, now_in_seconds},
    on_both_stores,
    record::timestamp,
    world::Plan,
};
use tonic::Code;
use uuid::Uuid;

on_both_stores!(plans_a_session, needs_what_it_names, refuses_bad_fields);

fn request(class: &Class) -> CreateSessionRequest {
    let start = now_in_seconds() + TimeDelta::hours(1);
    CreateSessionRequest {
        location_id: class.college.location.id.to_string(),
        division_id: class.college.division.id.to_string(),
        teacher_id: None,
        subject: "Compilers".to_owned(),
        planned_start: Some(timestamp(start)),
        planned_end: Some(timestamp(start + TimeDelta::hours(1))),
        late_grace_seconds: None,
        also_location_ids: Vec::new(),
    }
}

fn expected(id: &str, request: CreateSessionRequest, teacher: Uuid) -> Session {
    Session {
        id: id.to_owned(),
        state: State::Scheduled as i32,
        location_id: request.location_id,
        division_id: request.division_id,
        teacher_id: teacher.to_string(),
        subject: request.subject,
        planned_start: request.planned_start,
        planned_end: request.planned_end,
        late_grace_seconds: request.late_grace_seconds.unwrap_or(LATE_GRACE_SECONDS),
        origin: Origin::Hand as i32,
        ..Session::default()
    }
}

async fn plans_a_session(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let (teacher, admin) = (class.teacher(), class.admin());
    let own = class.college.teacher.id;
    let other = class.college.other_teacher.id;
    let by_herself = request(&class);
    let by_name = CreateSessionRequest { teacher_id: Some(own.to_string()), ..request(&class) };
    let with_grace = CreateSessionRequest { late_grace_seconds: Some(0), ..request(&class) };
    let by_admin = CreateSessionRequest { teacher_id: Some(other.to_string()), ..request(&class) };
    for (actor, request, teacher) in
        [(&teacher, by_herself, own), (&teacher, by_name, own), (&teacher, with_grace, own), (&admin, by_admin, other)]
    {
        let session = actor.sessions().create_session(request.clone()).await.answer();
        assert_eq!(Uuid::parse_str(&session.id).expect("an id").get_version_num(), 7);
        assert_eq!(session, expected(&session.id, request, teacher));
        let read = admin.sessions().get_session(GetSessionRequest { id: session.id.clone() }).await.answer();
        assert_eq!(read, session);
    }
}

async fn needs_what_it_names(kind: Kind) {
    let (college, other) = (College::new("riverside", 1), College::new("hillside", 1));
    let world = Plan::new(kind).start(&[&college, &other]).await;
    let class = Class { world, college };
    let good = CreateSessionRequest { teacher_id: Some(class.college.teacher.id.to_string()), ..request(&class) };
    type Change = fn(&mut CreateSessionRequest, Uuid);
    let cases: [(&str, Uuid, Change); 4] = [
        ("location", other.location.id, |request, id| request.location_id = id.to_string()),
        ("location", other.location.id, |request, id| request.also_location_ids = vec![id.to_string()]),
        ("division", other.division.id, |request, id| request.division_id = id.to_string()),
        ("teacher", other.teacher.id, |request, id| request.teacher_id = Some(id.to_string())),
    ];
    for (resource, foreign, change) in cases {
        let (mut theirs, mut absent) = (good.clone(), good.clone());
        change(&mut theirs, foreign);
        change(&mut absent, Uuid::now_v7());
        let theirs = class.admin().sessions().create_session(theirs).await.refused();
        let absent = class.admin().sessions().create_session(absent).await.refused();
        assert_eq!(theirs, absent);
        assert_eq!(absent.kind(), (Code::NotFound, "NOT_FOUND"), "{resource}");
        assert_eq!(absent.metadata, [("resource".to_owned(), resource.to_owned())].into());
    }
    // A student holds no session.
    let student = CreateSessionRequest { teacher_id: Some(class.college.students[0].id.to_string()), ..good.clone() };
    let refusal = class.admin().sessions().create_session(student).await.refused();
    assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"));
    let refusal = class.other_teacher().sessions().create_session(good).await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
}

async fn refuses_bad_fields(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let good = request(&class);
    let start = now_in_seconds();
    let cases = [
        (CreateSessionRequest { location_id: String::new(), ..good.clone() }, "location_id"),
        (CreateSessionRequest { location_id: "room 101".to_owned(), ..good.clone() }, "location_id"),
        (
            CreateSessionRequest { also_location_ids: vec!["room 101".to_owned()], ..good.clone() },
            "also_location_ids[0]",
        ),
        (
            CreateSessionRequest { also_location_ids: vec![good.location_id.clone(); 17], ..good.clone() },
            "also_location_ids",
        ),
        (CreateSessionRequest { division_id: "A".to_owned(), ..good.clone() }, "division_id"),
        (CreateSessionRequest { teacher_id: Some(String::new()), ..good.clone() }, "teacher_id"),
        (CreateSessionRequest { subject: String::new(), ..good.clone() }, "subject"),
        (CreateSessionRequest { subject: "s".repeat(201), ..good.clone() }, "subject"),
        (CreateSessionRequest { planned_start: None, ..good.clone() }, "planned_start"),
        (CreateSessionRequest { planned_end: None, ..good.clone() }, "planned_end"),
        (CreateSessionRequest { planned_end: good.planned_start, ..good.clone() }, "planned_end"),
        (
            CreateSessionRequest {
                planned_start: Some(timestamp(start)),
                planned_end: Some(timestamp(start + TimeDelta::seconds(86_401))),
                ..good.clone()
            },
            "planned_end",
        ),
        (
            CreateSessionRequest {
                planned_start: Some(timestamp("9999-12-31T22:59:59Z".parse().expect("a time"))),
                planned_end: Some(timestamp("9999-12-31T23:59:59Z".parse().expect("a time"))),
                ..good.clone()
            },
            "planned_start",
        ),
        (CreateSessionRequest { late_grace_seconds: Some(-1), ..good.clone() }, "late_grace_seconds"),
        (CreateSessionRequest { late_grace_seconds: Some(86_401), ..good.clone() }, "late_grace_seconds"),
    ];
    for (request, field) in cases {
        let refusal = class.teacher().sessions().create_session(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{field}");
        let fields: Vec<&str> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, [field], "{refusal:?}");
    }
    // All faults are told at once.
    let request = CreateSessionRequest { location_id: String::new(), subject: String::new(), ..good };
    let refusal = class.teacher().sessions().create_session(request).await.refused();
    let fields: Vec<&str> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["location_id", "subject"]);
}
