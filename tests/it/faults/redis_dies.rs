//! Redis dies, hangs, or comes back empty: check-ins go on, and the live view misses nothing.

use std::time::{Duration, Instant};

use rollcall_tests::{
    Answer as _, Class, Kind,
    college::College,
    in_worlds,
    live::Watch,
    record::{known, present},
    world::Plan,
};

in_worlds!([sqlite SQLITE_REDIS, postgres POSTGRES_REDIS] changes_nothing);
in_worlds!([postgres POSTGRES_REDIS] leaves_no_gap_between_replicas);

/// The longest that a check-in may take while Redis does not answer. It is well above what the timeouts add up to, and well
/// below what a client library waits when nobody tells it not to.
const PATIENCE: Duration = Duration::from_secs(2);

async fn check_in(class: &Class, student: usize, replica: usize) -> rollcall_proto::v1::AttendanceRecord {
    let request = class.request().await;
    let begun = Instant::now();
    let record = class.student(student).at(replica).check_ins().check_in(request).await.answer();
    assert!(begun.elapsed() < PATIENCE, "student {student} waited {:?}", begun.elapsed());
    assert_eq!(known(record.clone()), present(class.session_id(), class.college.students[student].id));
    record
}

async fn changes_nothing(kind: Kind) {
    let mut class = Class::open(kind, 12).await;
    let mut watch = class.watch().await;
    watch.session().await;
    let mut student = 0;
    let mut three = async |class: &Class, watch: &mut Watch| {
        for _ in 0..3 {
            let record = check_in(class, student, 0).await;
            assert_eq!(watch.record().await, record);
            student += 1;
        }
    };
    three(&class, &mut watch).await;
    class.world.redis.as_ref().expect("Redis").freeze();
    three(&class, &mut watch).await;
    // It thaws only to die.
    class.world.redis.as_ref().expect("Redis").thaw();
    class.world.redis.as_mut().expect("Redis").kill().await;
    three(&class, &mut watch).await;
    // Signing in and out does not depend on it either.
    class.student(0).signed_in().await;
    class.world.redis.as_mut().expect("Redis").resume().await;
    three(&class, &mut watch).await;
    assert_eq!(class.records().await.len(), 12);
}

async fn leaves_no_gap_between_replicas(kind: Kind) {
    let plan = Plan::new(kind).replicas(2);
    let mut class = Class::of(plan, College::new("riverside", 12)).await;
    let teacher = class.teacher();
    let mut watches = [
        Watch::open(&teacher.at(0), class.session_id(), "").await,
        Watch::open(&teacher.at(1), class.session_id(), "").await,
    ];
    for watch in &mut watches {
        watch.session().await;
    }
    for student in 0..12 {
        if student == 4 {
            class.world.redis.as_mut().expect("Redis").kill().await;
        }
        if student == 8 {
            class.world.redis.as_mut().expect("Redis").resume().await;
        }
        let record = check_in(&class, student, student % 2).await;
        for watch in &mut watches {
            assert_eq!(watch.record().await, record);
        }
    }
}
