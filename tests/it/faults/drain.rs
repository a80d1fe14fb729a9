//! SIGTERM: the server answers what it has begun, says goodbye to streams, and is gone within 10 s whatever clients do.

use std::time::{Duration, Instant};

use rollcall_proto::v1::{AttendanceEvent, AttendanceRecord, attendance_event::Change};
use rollcall_tests::{Class, Kind, college::College, in_every_world, live::Watch, seed::State, world::Plan};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};
use tonic::Code;

use super::journal::Load;

in_every_world!(ends_in_time);

/// The promise, and a little for a busy machine.
const WALL: Duration = Duration::from_secs(12);

async fn ends_in_time(kind: Kind) {
    let mut college = College::new("riverside", 60);
    for _ in 1..8 {
        college.another_session(State::Active);
    }
    let plan = Plan::new(kind).set("QR_REFRESH_INTERVAL_SECONDS", "300");
    let mut class = Class::of(plan, college).await;
    class.world.align(300).await;

    let mut watches = Vec::new();
    for _ in 0..20 {
        watches.push(Watch::open(&class.teacher().on_own_line(), class.session_id(), "").await);
    }
    let line = class.teacher().rest();
    let _events =
        line.lines(&format!("/ws/attendance/live?session_id={}", class.session_id()), "text/event-stream").await;
    let mut silent = Vec::new();
    for address in [class.world.desk().grpc(0), class.world.desk().edge(0)] {
        let address = address.replace("http://", "");
        for number in 0..10 {
            let mut socket = TcpStream::connect(&address).await.expect("a connection");
            if number % 2 == 0 {
                // Half a request, which is worse than none.
                socket.write_all(b"POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-le").await.expect("a write");
            }
            silent.push(socket);
        }
    }
    let load = Load::begin(&class, 16, 1).await;
    load.answered(load.len(&class) / 3).await;

    let mut server = class.world.take(0);
    server.process().signal("TERM");
    let begun = Instant::now();
    let status = tokio::time::timeout(WALL, server.process().child().wait()).await;
    let status = status.unwrap_or_else(|_| panic!("still there after {:?}", begun.elapsed())).expect("a status");
    assert!(status.success(), "{status}: an ordered end is no failure");

    class.world.resume(0).await;
    load.finish(&class).await;
    // Each view was told to come back and where to continue, and what came meanwhile is all there, once.
    let mut stored = class.records().await;
    stored.sort_by(|left, right| left.id.cmp(&right.id));
    for mut watch in watches {
        let mut seen = Vec::new();
        let ended = loop {
            match watch.next().await {
                Ok(Some(event)) => seen.extend(record(event)),
                Ok(None) => panic!("the view ended as if the session had"),
                Err(status) => break status,
            }
        };
        assert_eq!(ended.code(), Code::Unavailable, "{ended:?}");
        let teacher = class.teacher().on_own_line();
        let mut again = Watch::open(&teacher, class.session_id(), &watch.resume_token).await;
        seen.extend(again.records(stored.len() - seen.len()).await);
        seen.sort_by(|left, right| left.id.cmp(&right.id));
        assert_eq!(seen, stored);
    }
    drop(silent);
}

fn record(event: AttendanceEvent) -> Option<AttendanceRecord> {
    match event.change? {
        Change::Record(record) => Some(record),
        Change::Session(_) => None,
    }
}
