//! A resume token continues one session of one college, and nobody can make one.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rollcall_proto::v1::WatchAttendanceRequest;
use rollcall_tests::{Answer as _, Class, Kind, actor::Actor, college::College, in_every_world, world::Plan};
use tonic::Code;
use uuid::Uuid;

in_every_world!(continue_what_they_are_of);

async fn continue_what_they_are_of(kind: Kind) {
    let other = College::new("hillside", 1);
    let class = {
        let college = College::new("riverside", 1);
        Class { world: Plan::new(kind).start(&[&college, &other]).await, college }
    };
    let mut watch = class.watch().await;
    watch.session().await;
    let token = watch.resume_token.clone();

    let strangers = class.world.actor(&other.admin);
    let refused = async |actor: &Actor, session: Uuid, token: &str| {
        let request = WatchAttendanceRequest { session_id: session.to_string(), resume_token: token.to_owned() };
        let refusal = actor.live().watch_attendance(request).await.refused();
        (refusal.code, refusal.reason)
    };
    let invalid = (Code::InvalidArgument, "INVALID_RESUME_TOKEN".to_owned());
    let unknown = (Code::NotFound, "NOT_FOUND".to_owned());
    assert_eq!(refused(&strangers, other.session.id, &token).await, invalid, "another college's session");
    assert_eq!(refused(&strangers, class.session_id(), &token).await, unknown, "another college's caller");
    assert_eq!(refused(&strangers, class.session_id(), "").await, unknown);

    let bytes = URL_SAFE_NO_PAD.decode(&token).expect("base64");
    for place in 0..bytes.len() {
        let mut forged = bytes.clone();
        forged[place] ^= 1;
        let forged = URL_SAFE_NO_PAD.encode(forged);
        assert_eq!(refused(&class.teacher(), class.session_id(), &forged).await, invalid, "changed at {place}");
    }
    for rubbish in [&token[1..], &token[..token.len() - 1], &format!("{token}A"), "AAAA"] {
        assert_eq!(refused(&class.teacher(), class.session_id(), rubbish).await, invalid, "{rubbish}");
    }
    // And it is still good for what it is.
    let record = class.check_in(0).await;
    let mut again = rollcall_tests::live::Watch::open(&class.teacher(), class.session_id(), &token).await;
    assert_eq!(again.record().await, record);
}
