//! A client goes away while a transaction begins. The connection to PostgreSQL then went back into the pool inside that
//! transaction, and the next caller's acknowledged row vanished with it (sea-orm 2.0.4 on sqlx 0.9.0). A slow line between
//! server and database makes the moment long enough to hit.

use std::{net::SocketAddr, time::Duration};

use rollcall_proto::v1::{AttendanceRecord, CancelSessionRequest, CreateSessionRequest, GetSessionRequest, Session};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::{College, now_in_seconds},
    database::Rows,
    in_worlds,
    proxy::Proxy,
    record::timestamp,
    seed::State,
    until,
    world::Plan,
};

in_worlds!([postgres POSTGRES_MEMORY] loses_nobodys_row);

/// One way. A round trip takes twice as long, and a transaction several of them.
const DELAY: Duration = Duration::from_millis(10);
const CANCELS: u64 = 48;

async fn loses_nobodys_row(kind: Kind) {
    let mut college = College::new("riverside", usize::try_from(CANCELS).expect("a number") * 2);
    let doomed: Vec<_> = (0..CANCELS).map(|_| college.another_session(State::Active)).collect();
    let mut world =
        Plan::new(kind).set("QR_REFRESH_INTERVAL_SECONDS", "300").set("DATABASE_POOL_SIZE", "2").prepare().await;
    let direct = world.postgres.as_ref().expect("PostgreSQL").url();
    let upstream = SocketAddr::from(([127, 0, 0, 1], world.postgres.as_ref().expect("PostgreSQL").port()));
    let proxy = Proxy::start(upstream).await;
    let by_proxy = world.postgres.as_ref().expect("PostgreSQL").url_by(proxy.address.port());
    world.settings().insert("DATABASE_URL".to_owned(), by_proxy);
    world.begin([college.seed()]).await;
    let class = Class { world, college };
    class.world.align(300).await;
    let shown = class.request().await;
    let teacher = class.teacher();
    proxy.delay(DELAY);

    let (mut records, mut sessions) = (Vec::<AttendanceRecord>::new(), Vec::<Session>::new());
    for cancel in 0..CANCELS {
        // From before the first byte to after the last: two milliseconds more each time.
        let patience = Duration::from_millis(2 * cancel + 1);
        let number = usize::try_from(cancel).expect("a number");
        let request = rollcall_tests::class::request(class.session_id(), &shown.qr_code, class.college.north(0.0));
        let student = class.student(2 * number);
        let gone = tokio::time::timeout(patience, async { student.check_ins().check_in(request).await });
        let cancelled = CancelSessionRequest { id: doomed[number].id.to_string(), reason: String::new() };
        let also_gone = tokio::time::timeout(patience, async { teacher.sessions().cancel_session(cancelled).await });
        let _ = tokio::join!(gone, also_gone);

        // The next callers get whatever connection is free now, and what they are told must be so.
        let request = rollcall_tests::class::request(class.session_id(), &shown.qr_code, class.college.north(0.0));
        let student = class.student(2 * number + 1);
        let check_in = async { student.check_ins().check_in(request).await.answer() };
        let create = async { teacher.sessions().create_session(plan(&class)).await.answer() };
        let (record, session) = tokio::join!(check_in, create);
        records.push(record);
        sessions.push(session);
    }
    proxy.delay(Duration::ZERO);

    let rows = Rows::open(&direct).await;
    for record in &records {
        let query = format!("SELECT COUNT(*) AS n FROM attendance_records WHERE id = '{}'", record.id);
        assert_eq!(rows.number(&query).await, 1, "acknowledged and lost: {record:?}");
    }
    for session in sessions {
        let request = GetSessionRequest { id: session.id.clone() };
        assert_eq!(teacher.sessions().get_session(request).await.answer(), session);
    }
    let idle = "SELECT COUNT(*) AS n FROM pg_stat_activity \
                WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    until("no connection idles in a transaction", async || (rows.number(idle).await == 0).then_some(())).await;
}

fn plan(class: &Class) -> CreateSessionRequest {
    let start = now_in_seconds();
    CreateSessionRequest {
        location_id: class.college.location.id.to_string(),
        division_id: class.college.division.id.to_string(),
        teacher_id: None,
        subject: "Compilers".to_owned(),
        planned_start: Some(timestamp(start)),
        planned_end: Some(timestamp(start + chrono::TimeDelta::hours(1))),
        late_grace_seconds: None,
        also_location_ids: Vec::new(),
    }
}
