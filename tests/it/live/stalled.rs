//! A listener that does not read harms nobody but itself.

use std::time::Duration;

use futures_util::future::join_all;
use rollcall_proto::v1::{
    AttendanceRecord, EndSessionRequest, WatchAttendanceRequest, attendance_event::Change,
    live_service_client::LiveServiceClient,
};
use rollcall_tests::{
    Answer as _, Class, Kind, in_every_world,
    live::Watch,
    problem::Refusal,
    rest::Rest,
    until::{soon, until_within},
};
use tonic::{Code, Request, transport::Channel};

in_every_world!(is_cut_and_the_others_do_not_notice);

const LISTENERS: usize = 50;
/// More than a server keeps for anybody.
const CHANGES: usize = 24;
/// So much is sent to it before it has read anything.
const WINDOW_BYTES: u32 = 512;

async fn is_cut_and_the_others_do_not_notice(kind: Kind) {
    let mut class = Class::open(kind, CHANGES).await;
    let session_id = class.session_id().to_string();
    let channel = Channel::from_shared(class.world.desk().grpc(0)).expect("an address");
    let channel = channel.initial_stream_window_size(WINDOW_BYTES).connect().await.expect("a connection");
    let mut request = Request::new(WatchAttendanceRequest { session_id, resume_token: String::new() });
    let bearer = format!("Bearer {}", class.teacher().token().expect("a token"));
    request.metadata_mut().insert("authorization", bearer.parse().expect("a header"));
    let mut stalled = LiveServiceClient::new(channel).watch_attendance(request).await.answer();

    let mut others = Vec::new();
    for _ in 1..LISTENERS {
        let mut watch = class.watch().await;
        watch.session().await;
        others.push(watch);
    }
    let mut records: Vec<AttendanceRecord> = Vec::new();
    for student in 0..CHANGES {
        let record = class.check_in(student).await;
        let heard = join_all(others.iter_mut().map(Watch::record)).await;
        assert!(heard.iter().all(|heard| *heard == record), "{heard:?}");
        records.push(record);
    }

    let admin = class.world.server(0).admin().await;
    until_within("it is cut", Duration::from_secs(40), async || {
        let reply = Rest::new(format!("http://{admin}"), None).get("/metrics").await;
        let text = String::from_utf8_lossy(&reply.bytes).into_owned();
        let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        let cut = value("rollcall_live_cuts_total ")?;
        assert_eq!((cut, value("rollcall_live_listeners ")), (1.0, Some((LISTENERS - 1) as f64)));
        Some(())
    })
    .await;

    // It finds out when it reads on, and where it was.
    let (mut seen, mut token) = (Vec::new(), String::new());
    let refusal = loop {
        match soon("it reads what was sent", stalled.message()).await {
            Ok(Some(event)) => {
                if !event.resume_token.is_empty() {
                    token = event.resume_token;
                }
                if let Some(Change::Record(record)) = event.change {
                    seen.push(record);
                }
            }
            Ok(None) => panic!("a stream that was cut ended as if it were whole"),
            Err(status) => break Refusal::from(&status),
        }
    };
    assert_eq!(refusal.kind(), (Code::Aborted, "LISTENER_TOO_SLOW"));
    assert!(seen.len() < CHANGES, "it was told everything, so it was not held back");
    let mut again = Watch::open(&class.teacher(), class.session_id(), &token).await;
    seen.extend(again.records(CHANGES - seen.len()).await);
    assert_eq!(seen, records);

    let end = EndSessionRequest { id: class.session_id().to_string() };
    let ended = class.teacher().sessions().end_session(end).await.answer();
    for watch in others.iter_mut().chain([&mut again]) {
        assert_eq!(watch.rest().await, [Change::Session(ended.clone())]);
    }
}
