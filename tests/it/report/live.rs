//! What a session that goes on does to the figures, and what the rows of them say.

use futures_util::future::join_all;
use rollcall_proto::v1::{
    AttendanceCounts, EndSessionRequest, GetAnalyticsRequest, UpdateRecordRequest, attendance_record::Status,
    get_analytics_request::GroupBy,
};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, in_every_world, on_postgres, seed::State, world::Plan,
};

use super::{analytics::analytics, slow};

in_every_world!(a_session_counts_once_it_is_over);
on_postgres!(sessions_that_end_at_once_lose_nothing);

async fn a_session_counts_once_it_is_over(kind: Kind) {
    let class = Class::open(kind, 3).await;
    let by = |group_by: GroupBy| GetAnalyticsRequest { group_by: group_by as i32, ..Default::default() };
    class.check_in(0).await;
    assert_eq!(analytics(&class.admin(), by(GroupBy::Session)).await, [], "it goes on");
    let end = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(end).await.answer();
    let session = class.session_id().to_string();
    let counts = |present, absent, rate| AttendanceCounts {
        present,
        absent,
        rate_percent: Some(rate),
        ..AttendanceCounts::default()
    };
    assert_eq!(analytics(&class.admin(), by(GroupBy::Session)).await, [(session.clone(), 1, counts(1, 2, 33.3333))]);
    // What is corrected counts from the answer on.
    let records = class.records().await;
    for (done, record) in records.iter().filter(|record| record.status() == Status::Absent).enumerate() {
        let request = UpdateRecordRequest {
            id: record.id.clone(),
            status: Status::Present as i32,
            reason: "Sat in the last row.".to_owned(),
        };
        class.teacher().records().update_record(request).await.answer();
        let (present, absent) = (2 + done as i32, 1 - done as i32);
        let rate = if done == 0 { 66.6666 } else { 100.0 };
        assert_eq!(
            analytics(&class.teacher(), by(GroupBy::Session)).await,
            [(session.clone(), 1, counts(present, absent, rate))]
        );
    }
    let students = analytics(&class.admin(), by(GroupBy::Student)).await;
    assert_eq!(students.len(), 3);
    assert!(students.iter().all(|(_, sessions, found)| (*sessions, found) == (1, &counts(1, 0, 100.0))));
    let own = analytics(&class.student(1), by(GroupBy::Teacher)).await;
    assert_eq!(own, [(class.college.teacher.id.to_string(), 1, counts(1, 0, 100.0))]);
    assert_eq!(analytics(&class.stranger(), by(GroupBy::Teacher)).await, []);
    assert_eq!(analytics(&class.other_teacher(), by(GroupBy::Student)).await, []);
}

/// Sessions of one division on one day share the rows of their students, which two replicas write.
async fn sessions_that_end_at_once_lose_nothing(kind: Kind) {
    let mut college = College::new("riverside", 8);
    let sessions: Vec<_> = (0..12).map(|_| college.another_session(State::Active).id).collect();
    let class = Class::of(Plan::new(kind).replicas(2), college).await;
    let ends = sessions.iter().enumerate().map(|(number, id)| {
        let teacher = class.teacher().at(number % 2).on_own_line();
        let request = EndSessionRequest { id: id.to_string() };
        async move { teacher.sessions().end_session(request).await.answer() }
    });
    join_all(ends).await;
    let facts = slow::facts(&class.admin()).await;
    assert_eq!(facts.len(), 8 * 12);
    for group_by in [GroupBy::Student, GroupBy::Day] {
        let request = GetAnalyticsRequest { group_by: group_by as i32, ..Default::default() };
        let expected = slow::grouped(facts.iter(), group_by, slow::DEFAULT);
        assert_eq!(analytics(&class.admin(), request).await, expected);
    }
    // The sums of the rows are those of the sessions, also for days by themselves.
    let rows = class.world.rows().await;
    for table in ["session_tallies", "student_day_tallies", "student_third_tallies", "student_month_tallies"] {
        let sum = format!("SELECT CAST(SUM(absent) AS bigint) AS n FROM {table}");
        assert_eq!(rows.number(&sum).await, 8 * 12, "{table}");
    }
}
