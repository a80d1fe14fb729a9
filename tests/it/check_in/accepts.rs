//! The main job, from the beginning of a session to its end.

use std::slice::from_ref;

use rollcall_proto::v1::{
    AttendanceRecord, Code, EndSessionRequest, GetRecordRequest, ListMyRecordsRequest, Session, StartSessionRequest,
    attendance_event::Change, session,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::{College, session_message},
    in_every_world,
    record::{absent, known, present, time},
    seed::State,
    world::Plan,
};

in_every_world!(is_recorded_and_seen);

async fn is_recorded_and_seen(kind: Kind) {
    let mut college = College::new("riverside", 2);
    college.session.state = State::Scheduled;
    college.session.started_at = None;
    let class = Class::of(Plan::new(kind), college).await;
    let (teacher, student) = (class.teacher(), class.student(0));
    let (here, away) = (class.college.students[0].id, class.college.students[1].id);
    let session_id = class.session_id();

    let request = StartSessionRequest { id: session_id.to_string(), ..Default::default() };
    let started = teacher.sessions().start_session(request).await.answer();
    assert!((class.world.clock().now() - time(started.started_at)).num_seconds() < 5, "{started:?}");
    assert_eq!(
        started,
        Session {
            state: session::State::Active as i32,
            started_at: started.started_at,
            start_adherence: session::Adherence::OnTime.into(),
            start_offset_seconds: started.start_offset_seconds,
            ..session_message(&class.college.session)
        }
    );

    let mut watch = class.watch().await;
    assert_eq!(watch.session().await, started);

    let code = class.code().await;
    assert_eq!(
        code,
        Code {
            code: code.code.clone(),
            session_id: session_id.to_string(),
            location_id: class.college.location.id.to_string(),
            issued_at: code.issued_at,
            expires_at: code.expires_at,
            refresh_interval_seconds: 25,
        }
    );

    let record = class.check_in(0).await;
    assert_eq!(known(record.clone()), present(session_id, here));
    let age = class.world.clock().now() - time(record.marked_at);
    assert!((0..5).contains(&age.num_seconds()), "{record:?}");

    assert_eq!(watch.record().await, record);
    assert_eq!(class.records().await, from_ref(&record));
    let mine = student.records().list_my_records(ListMyRecordsRequest::default()).await.answer();
    assert_eq!(mine.records, from_ref(&record));
    let one = student.records().get_record(GetRecordRequest { id: record.id.clone() }).await.answer();
    assert_eq!(one, record);

    let request = EndSessionRequest { id: session_id.to_string() };
    let ended = teacher.sessions().end_session(request).await.answer();
    assert_eq!(
        ended,
        Session {
            state: session::State::Completed as i32,
            ended_at: ended.ended_at,
            end_reason: session::EndReason::Teacher.into(),
            ..started
        }
    );
    assert!(time(ended.ended_at) >= time(record.marked_at));

    let mut records = class.records().await;
    records.sort_by_key(|record| record.student_id != here.to_string());
    assert_eq!(records[0], record);
    assert_eq!(known(records[1].clone()), absent(session_id, away));
    assert_eq!(records.len(), 2);

    let (ends, absences): (Vec<Change>, Vec<Change>) =
        watch.rest().await.into_iter().partition(|change| matches!(change, Change::Session(_)));
    assert_eq!(ends, [Change::Session(ended)]);
    assert_eq!(absences, [Change::Record(AttendanceRecord { replayed: false, ..records[1].clone() })]);
}
