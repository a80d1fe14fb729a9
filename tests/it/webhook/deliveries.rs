//! What comes, signed, and how often it is tried.

use rollcall_proto::v1::{
    RedeliverWebhookRequest, UpdateWebhookRequest, Webhook, notification, webhook::DisabledReason,
    webhook_delivery::State as Sent,
};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal, college::College, in_every_world, on_both_stores, receiver::Receiver,
    seed::State, until::until,
};
use serde_json::json;
use tonic::Code;

use super::{cancel, create, deliveries, delivery, end, get, id, plan};

in_every_world!(come_signed_and_once);
on_both_stores!(
    are_tried_again_under_one_id,
    stop_when_the_other_system_is_gone,
    stop_after_days_of_failure,
    can_be_sent_once_more,
    are_of_the_kinds_that_were_chosen
);

async fn come_signed_and_once(kind: Kind) {
    let (mut college, mut foreign) = (College::new("riverside", 3), College::new("hillside", 1));
    let session = college.another_session(State::Scheduled);
    let foreign_session = foreign.another_session(State::Scheduled);
    let world = plan(kind).start(&[&college, &foreign]).await;
    let class = Class { world, college };
    let (receiver, theirs) = (Receiver::start().await, Receiver::start().await);
    let made = create(&class.admin(), &receiver.url("/rollcall?x=1")).await;
    let foreign_admin = class.world.actor(&foreign.admin);
    let foreign_made = create(&foreign_admin, &theirs.url("/")).await;
    assert_ne!(made.secret, foreign_made.secret);

    cancel(&class.teacher(), session.id).await;
    let got = receiver.wait_for(1).await;
    let body = got[0].verify(&made.secret);
    assert_eq!(got[0].path, "/rollcall?x=1");
    assert_eq!(got[0].header("content-type"), "application/json");
    assert_eq!(got[0].header("host"), format!("127.0.0.1:{}", receiver.port()));
    assert_eq!(body["type"], "session.cancelled");
    let data = &body["data"];
    assert_eq!((&data["session_id"], &data["reason"]), (&json!(session.id), &json!("fair")));
    assert_eq!(data["division_id"], json!(class.college.division.id));

    class.check_in(0).await;
    end(&class.teacher(), class.session_id()).await;
    let got = receiver.wait_for(2).await;
    let body = got[1].verify(&made.secret);
    assert_eq!(body["type"], "attendance.absence");
    let mut absent: Vec<_> = class.college.students[1..].iter().map(|student| json!(student.id)).collect();
    absent.sort_by_key(ToString::to_string);
    assert_eq!(body["data"]["student_ids"], json!(absent));

    // The receiver of another college hears of its own, and of nothing else.
    cancel(&class.world.actor(&foreign.teacher), foreign_session.id).await;
    let their = theirs.wait_for(1).await;
    assert_eq!(their[0].verify(&foreign_made.secret)["data"]["session_id"], json!(foreign_session.id));
    for delivery in deliveries(&class.admin(), &id(&made)).await {
        let sent = until("it is delivered", async || {
            let found = deliveries(&class.admin(), &id(&made)).await;
            found.into_iter().find(|found| found.id == delivery.id && found.state() == Sent::Delivered)
        });
        let sent = sent.await;
        assert_eq!((sent.attempts, sent.last_status, sent.last_error.as_str()), (1, Some(200), ""));
    }
    assert_eq!((receiver.deliveries().len(), theirs.deliveries().len()), (2, 1));
}

async fn are_tried_again_under_one_id(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let session = college.another_session(State::Scheduled).id;
    let class = Class::of(plan(kind), college).await;
    let receiver = Receiver::start().await;
    receiver.answer("503 Service Unavailable");
    let made = create(&class.admin(), &receiver.url("/")).await;
    cancel(&class.teacher(), session).await;
    let tried = delivery(&class.admin(), &id(&made), |found| found.attempts == 1).await;
    assert_eq!((tried.last_status, tried.last_error.as_str()), (Some(503), "it answered 503"));
    assert!(get(&class.admin(), &id(&made)).await.failing_since.is_some());
    class.world.advance(7).await;
    delivery(&class.admin(), &id(&made), |found| found.attempts == 2).await;
    receiver.answer("204 No Content");
    class.world.advance(400).await;
    let sent = delivery(&class.admin(), &id(&made), |found| found.state() == Sent::Delivered).await;
    assert_eq!(sent.attempts, 3);
    assert_eq!(sent.next_attempt_at, None);
    let got = receiver.deliveries();
    assert_eq!(got.len(), 3);
    for delivery in &got {
        assert_eq!((delivery.id(), &delivery.body), (sent.message_id.as_str(), &got[0].body));
        delivery.verify_at_any_time(&made.secret);
    }
    let times: Vec<i64> = got.iter().map(|got| got.header("webhook-timestamp").parse().expect("a time")).collect();
    assert!(times[1] - times[0] >= 4 && times[2] - times[1] >= 240, "each try has its own time: {times:?}");
    assert_eq!(get(&class.admin(), &id(&made)).await.failing_since, None);
}

async fn stop_when_the_other_system_is_gone(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let sessions = [(); 2].map(|()| college.another_session(State::Scheduled).id);
    let class = Class::of(plan(kind), college).await;
    let receiver = Receiver::start().await;
    receiver.answer("410 Gone");
    let made = create(&class.admin(), &receiver.url("/")).await;
    cancel(&class.teacher(), sessions[0]).await;
    let given_up = delivery(&class.admin(), &id(&made), |found| found.state() == Sent::Failed).await;
    assert_eq!((given_up.attempts, given_up.last_status), (1, Some(410)));
    let stopped = get(&class.admin(), &id(&made)).await;
    assert_eq!((stopped.is_enabled, stopped.disabled_reason()), (Some(false), DisabledReason::Gone));
    let again = RedeliverWebhookRequest { webhook_id: id(&made), id: given_up.id };
    let refusal: Refusal = class.admin().webhooks().redeliver_webhook(again).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "WEBHOOK_DISABLED"));

    // Started again, it gets what happens from then on.
    receiver.answer("200 OK");
    let webhook = Webhook { id: id(&made), is_enabled: Some(true), ..Default::default() };
    let update_mask = Some(prost_types::FieldMask { paths: vec!["is_enabled".to_owned()] });
    let request = UpdateWebhookRequest { webhook: Some(webhook), update_mask };
    let started = class.admin().webhooks().update_webhook(request).await.answer();
    assert_eq!((started.is_enabled, started.disabled_reason()), (Some(true), DisabledReason::Unspecified));
    cancel(&class.teacher(), sessions[1]).await;
    receiver.wait_for(2).await[1].verify(&made.secret);
}

async fn stop_after_days_of_failure(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 1)).await;
    let receiver = Receiver::start().await;
    receiver.answer("500 Internal Server Error");
    let made = create(&class.admin(), &receiver.url("/")).await;
    end(&class.teacher(), class.session_id()).await;
    let admin = class.admin();
    let first = delivery(&admin, &id(&made), |found| found.attempts == 1).await;
    // Each step is longer than the wait of its try: all ten of them take about three days.
    for (tries, seconds) in
        [(2, 7), (3, 400), (4, 2_400), (5, 9_000), (6, 22_000), (7, 44_000), (8, 61_000), (9, 87_000), (10, 104_000)]
    {
        class.world.advance(seconds).await;
        delivery(&admin, &id(&made), |found| found.id == first.id && found.attempts == tries).await;
    }
    let given_up = delivery(&admin, &id(&made), |found| found.id == first.id && found.state() == Sent::Failed).await;
    assert_eq!(given_up.attempts, 10);
    assert_eq!(get(&admin, &id(&made)).await.is_enabled, Some(true), "that was not five days yet");

    class.world.advance(172_800).await;
    let again = RedeliverWebhookRequest { webhook_id: id(&made), id: first.id };
    admin.webhooks().redeliver_webhook(again).await.answer();
    let stopped = until("the webhook is stopped", async || {
        let found = get(&admin, &id(&made)).await;
        (found.is_enabled == Some(false)).then_some(found)
    });
    assert_eq!(stopped.await.disabled_reason(), DisabledReason::Failing);
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT count(*) AS n FROM audit_rows WHERE action = 'webhook.disabled'").await, 1);
}

async fn can_be_sent_once_more(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let session = college.another_session(State::Scheduled).id;
    let class = Class::of(plan(kind), college).await;
    let receiver = Receiver::start().await;
    let made = create(&class.admin(), &receiver.url("/")).await;
    cancel(&class.teacher(), session).await;
    let sent = delivery(&class.admin(), &id(&made), |found| found.state() == Sent::Delivered).await;
    let again = RedeliverWebhookRequest { webhook_id: id(&made), id: sent.id };
    let answer = class.admin().webhooks().redeliver_webhook(again).await.answer();
    assert_eq!(answer.state(), Sent::Pending);
    let got = receiver.wait_for(2).await;
    assert_eq!((got[0].id(), &got[0].body), (got[1].id(), &got[1].body));
    got[1].verify(&made.secret);
}

async fn are_of_the_kinds_that_were_chosen(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let session = college.another_session(State::Scheduled).id;
    let class = Class::of(plan(kind), college).await;
    let (some, all) = (Receiver::start().await, Receiver::start().await);
    let request = rollcall_proto::v1::CreateWebhookRequest {
        url: some.url("/"),
        kinds: vec![notification::Kind::Absence.into()],
        ..Default::default()
    };
    let made = class.admin().webhooks().create_webhook(request).await.answer();
    create(&class.admin(), &all.url("/")).await;
    cancel(&class.teacher(), session).await;
    end(&class.teacher(), class.session_id()).await;
    all.wait_for(2).await;
    let got = some.wait_for(1).await;
    assert_eq!(got[0].verify(&made.secret)["type"], "attendance.absence");
    assert_eq!(deliveries(&class.admin(), &id(&made)).await.len(), 1);
    // Of one event, every receiver knows the same id.
    assert!(all.deliveries().iter().any(|delivery| delivery.id() == got[0].id()));
}
