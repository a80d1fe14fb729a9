//! Late is who comes after the grace, counted from the planned start or from the actual one where that was later.

use chrono::TimeDelta;
use rollcall_proto::v1::{AttendanceRecord, attendance_record::Status};
use rollcall_tests::{
    Class, Kind,
    college::{College, LATE_GRACE_SECONDS},
    in_every_world,
    record::{known, present, time},
    world::Plan,
};

in_every_world!(counts_from_the_planned_start, counts_from_a_late_start);

async fn counts_from_the_planned_start(kind: Kind) {
    let class = Class::open(kind, 2).await;
    is_late_after_the_grace(class, 60).await;
}

async fn counts_from_a_late_start(kind: Kind) {
    let mut college = College::new("riverside", 2);
    // Planned long ago: by the plan, everyone would be late.
    college.session.planned_start -= TimeDelta::minutes(30);
    let class = Class::of(Plan::new(kind), college).await;
    is_late_after_the_grace(class, 60).await;
}

/// The session began `age` seconds ago.
async fn is_late_after_the_grace(class: Class, age: i64) {
    let beginning = class.college.session.started_at.expect("a beginning");
    let grace = i64::from(LATE_GRACE_SECONDS);

    class.world.advance(grace - age - 30).await;
    let in_time = class.check_in(0).await;
    assert_eq!(known(in_time), present(class.session_id(), class.college.students[0].id));

    class.world.advance(60).await;
    let late = class.check_in(1).await;
    let by = (time(late.marked_at) - beginning).num_seconds();
    assert!(by > grace, "{by}");
    assert_eq!(
        known(late),
        AttendanceRecord {
            status: Status::Late as i32,
            late_by_seconds: by.try_into().expect("a short time"),
            ..present(class.session_id(), class.college.students[1].id)
        }
    );
}
