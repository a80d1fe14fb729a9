//! Where requests do not go: by whatever spelling, name or redirect.

use rollcall_proto::v1::{CreateWebhookRequest, UpdateWebhookRequest, Webhook, webhook_delivery::State as Sent};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal, college::College, in_one_world, on_both_stores, receiver::Receiver, seed::State,
    world::Plan,
};
use tonic::Code;

use super::{cancel, create, delivery, id, plan};

in_one_world!(what_is_not_public_is_refused_when_it_is_written);
on_both_stores!(what_leads_inside_is_refused_when_it_is_called, redirects_are_not_followed);

async fn what_is_not_public_is_refused_when_it_is_written(kind: Kind) {
    let class = Class::of(Plan::new(kind), College::new("riverside", 0)).await;
    let admin = class.admin();
    let made = create(&admin, "https://hooks.example.edu:8443/rollcall?college=1").await;
    for url in [
        "http://hooks.example.edu/",
        "https://hooks.example.edu:6379/",
        "https://user:password@hooks.example.edu/",
        "https://localhost/",
        "https://redis.internal/",
        "https://postgres/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fd00:ec2::254]/",
        "https://10.0.0.1/",
        "https://100.64.0.1/",
        "ftp://hooks.example.edu/",
        "hooks.example.edu",
    ] {
        let request = CreateWebhookRequest { url: url.to_owned(), ..Default::default() };
        let refusal: Refusal = admin.webhooks().create_webhook(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{url}");
        assert_eq!(refusal.violations[0].0, "url", "{url}");
        let webhook = Webhook { id: id(&made), url: url.to_owned(), ..Default::default() };
        let update_mask = Some(prost_types::FieldMask { paths: vec!["url".to_owned()] });
        let request = UpdateWebhookRequest { webhook: Some(webhook), update_mask };
        let refusal: Refusal = admin.webhooks().update_webhook(request).await.refused();
        assert_eq!(refusal.violations[0].0, "webhook.url", "{url}");
    }
}

/// The webhooks were made while the operator allowed it. What counts is what the address is when it is connected to: a name
/// that leads to this machine now is refused as its number is.
async fn what_leads_inside_is_refused_when_it_is_called(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let sessions = [(); 2].map(|()| college.another_session(State::Scheduled).id);
    let mut class = Class::of(plan(kind).set("WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8,::1/128"), college).await;
    let receiver = Receiver::start().await;
    let mut webhooks = Vec::new();
    for host in ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"] {
        let url = format!("http://{host}:{}/", receiver.port());
        webhooks.push((url.clone(), id(&create(&class.admin(), &url).await)));
    }
    cancel(&class.teacher(), sessions[0]).await;
    receiver.wait_for(4).await;
    let before = receiver.connections();

    // Another network is allowed, so that the look at the name lets it through to the connection.
    class.world.settings().insert("WEBHOOK_ALLOWED_NETWORKS".to_owned(), "192.0.2.0/24".to_owned());
    class.world.kill(0).await;
    class.world.resume(0).await;
    cancel(&class.teacher(), sessions[1]).await;
    for (url, webhook) in webhooks {
        let tried = delivery(&class.admin(), &webhook, |found| found.attempts > 0 && found.last_status.is_none()).await;
        assert_eq!(tried.last_error, "the URL leads to an address that is not in the public internet", "{url}");
        assert_eq!(tried.state(), Sent::Pending);
        assert!(tried.next_attempt_at.is_some());
    }
    assert_eq!(receiver.connections(), before, "nobody has connected");
}

async fn redirects_are_not_followed(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let session = college.another_session(State::Scheduled).id;
    let class = Class::of(plan(kind), college).await;
    let inside = Receiver::start().await;
    let mut webhooks = Vec::new();
    for (status, answer) in [(302, "302 Found"), (307, "307 Temporary Redirect"), (308, "308 Permanent Redirect")] {
        let receiver = Receiver::start().await;
        receiver.answer(&format!("{answer}\r\nlocation: {}", inside.url("/secret")));
        webhooks.push((status, id(&create(&class.admin(), &receiver.url("/")).await)));
    }
    cancel(&class.teacher(), session).await;
    for (status, webhook) in webhooks {
        let tried = delivery(&class.admin(), &webhook, |found| found.attempts > 0).await;
        assert_eq!((tried.last_status, tried.state()), (Some(status), Sent::Pending), "{tried:?}");
        assert_eq!(tried.last_error, format!("it answered {status}"));
    }
    assert_eq!(inside.connections(), 0);
}
