//! WatchCodes.

use std::time::Duration;

use rollcall_proto::v1::{Code, EndSessionRequest, WatchCodesRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, in_every_world, record::time, until::soon, world::Plan,
};
use tonic::Streaming;

in_every_world!(sends_each_code_until_the_end, ends_with_the_session_and_not_with_the_step);

async fn sends_each_code_until_the_end(kind: Kind) {
    // Short steps, because the server waits for them by its own timer.
    let plan = Plan::new(kind).set("QR_REFRESH_INTERVAL_SECONDS", "1");
    let class = Class::of(plan, College::new("riverside", 1)).await;
    let request = WatchCodesRequest {
        location_id: class.college.location.id.to_string(),
        session_id: Some(class.session_id().to_string()),
    };
    let mut codes = class.teacher().codes().watch_codes(request).await.answer();
    let mut last = next(&mut codes).await.expect("a first code");
    assert_eq!(last.refresh_interval_seconds, 1);
    for _ in 0..3 {
        let code = next(&mut codes).await.expect("a next code");
        assert_eq!(time(code.issued_at), time(last.expires_at), "none is left out");
        assert_ne!(code.code, last.code);
        last = code;
    }
    let end = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(end).await.answer();
    while next(&mut codes).await.is_some() {}
}

async fn ends_with_the_session_and_not_with_the_step(kind: Kind) {
    let class = Class::open(kind, 0).await;
    class.world.align(25).await;
    let request = WatchCodesRequest {
        location_id: class.college.location.id.to_string(),
        session_id: Some(class.session_id().to_string()),
    };
    let mut codes = class.teacher().codes().watch_codes(request).await.answer();
    let first = next(&mut codes).await.expect("a first code");
    assert_eq!(first, class.code().await);
    let end = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(end).await.answer();
    // The step would last another 20 s.
    let bound = Duration::from_secs(5);
    let rest = tokio::time::timeout(bound, codes.message()).await.expect("an end that comes soon");
    assert_eq!(rest.expect("no refusal"), None);
}

async fn next(codes: &mut Streaming<Code>) -> Option<Code> {
    soon("a code comes", codes.message()).await.expect("no refusal")
}
