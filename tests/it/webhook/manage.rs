//! Making, changing, rotating and deleting webhooks.

use http::Method;
use rollcall_proto::v1::{GetWebhookRequest, RotateWebhookSecretRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal, college::College, in_every_world, in_one_world, on_both_stores,
    receiver::Receiver, seed::State, world::Plan,
};
use serde_json::json;
use tonic::Code;

use super::{cancel, create, deliveries, delivery, id, plan};

in_every_world!(is_the_colleges_own);
on_both_stores!(a_secret_is_told_once_and_the_old_one_is_good_for_a_day);
in_one_world!(production_allows_no_private_networks);

async fn is_the_colleges_own(kind: Kind) {
    let (college, foreign) = (College::new("riverside", 0), College::new("hillside", 0));
    let world = Plan::new(kind).start(&[&college, &foreign]).await;
    let (admin, other) = (world.actor(&college.admin).rest(), world.actor(&foreign.admin).rest());
    let request =
        json!({"url": "https://hooks.example.edu/a", "description": "records", "kinds": ["ABSENCE", "ABSENCE"]});
    let answer = admin.post("/api/v1/webhooks", &request).await;
    let made = answer.answer();
    let webhook = &made["webhook"];
    let path = format!("/api/v1/webhooks/{}", webhook["id"].as_str().expect("an id"));
    assert_eq!((&webhook["url"], &webhook["kinds"]), (&request["url"], &json!(["ABSENCE"])));
    assert_eq!(
        (&webhook["is_enabled"], &webhook["disabled_reason"]),
        (&json!(true), &json!("DISABLED_REASON_UNSPECIFIED"))
    );
    let told = admin.get(&path).await.answer();
    assert_eq!(&told, webhook);
    assert!(!told.to_string().contains("whsec_"));
    assert_eq!(admin.get("/api/v1/webhooks").await.answer()["webhooks"], json!([webhook]));

    assert_eq!(other.get("/api/v1/webhooks").await.answer()["webhooks"], json!([]));
    for (method, path, body) in [
        (Method::GET, path.clone(), None),
        (Method::PATCH, path.clone(), Some(json!({"description": "x"}))),
        (Method::POST, format!("{path}:rotateSecret"), Some(json!({}))),
        (Method::GET, format!("{path}/deliveries"), None),
        (Method::DELETE, path.clone(), None),
    ] {
        let request = other.request(method.clone(), &path);
        let request = body.map_or(other.request(method.clone(), &path), |body| request.json(&body));
        assert_eq!(other.send(request).await.refused().kind().1, "NOT_FOUND", "{method} {path}");
    }
    let patch = async |body| admin.send(admin.request(Method::PATCH, &path).json(&body)).await;
    let changed = patch(json!({"is_enabled": false, "kinds": []})).await.answer();
    assert_eq!((&changed["is_enabled"], &changed["disabled_reason"]), (&json!(false), &json!("STOPPED")));
    assert_eq!((&changed["url"], &changed["kinds"]), (&request["url"], &json!([])));
    for body in [json!({"failing_since": "2026-01-01T00:00:00Z"}), json!({"kinds": ["KIND_UNSPECIFIED"]})] {
        assert_eq!(patch(body).await.refused().kind().1, "INVALID_FIELD");
    }
    for number in 0..9 {
        create(&world.actor(&college.admin), &format!("https://hooks.example.edu/{number}")).await;
    }
    let refused = admin.post("/api/v1/webhooks", &request).await.refused();
    assert_eq!((refused.kind().1, refused.told("limit")), ("TOO_MANY", "10"));
    admin.send(admin.request(Method::DELETE, &path)).await.answer();
    assert_eq!(admin.get(&path).await.refused().kind().1, "NOT_FOUND");
    let deeds = admin.get("/api/v1/audit?action=webhook.&page_size=100").await.answer();
    let deeds: Vec<_> = deeds["audit_rows"].as_array().expect("rows").iter().map(|row| row["action"].clone()).collect();
    assert_eq!(deeds.len(), 12, "{deeds:?}");
}

async fn a_secret_is_told_once_and_the_old_one_is_good_for_a_day(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let sessions = [(); 3].map(|()| college.another_session(State::Scheduled).id);
    let class = Class::of(plan(kind), college).await;
    let receiver = Receiver::start().await;
    let admin = class.admin();
    let made = create(&admin, &receiver.url("/")).await;
    let rotated = admin.webhooks().rotate_webhook_secret(RotateWebhookSecretRequest { id: id(&made) }).await.answer();
    assert_ne!(rotated.secret, made.secret);
    cancel(&class.teacher(), sessions[0]).await;
    let got = receiver.wait_for(1).await;
    got[0].verify(&made.secret);
    got[0].verify(&rotated.secret);
    let rows = class.world.rows().await;
    for table in ["webhooks", "jobs", "audit_rows", "webhook_deliveries"] {
        let held = format!("{:?}", rows.all(&format!("SELECT * FROM {table}")).await);
        for secret in [&made.secret, &rotated.secret] {
            assert!(!held.contains(secret.trim_start_matches("whsec_")), "{table} holds a secret");
        }
    }
    class.world.advance(24 * 3600 - 60).await;
    let third = admin.webhooks().rotate_webhook_secret(RotateWebhookSecretRequest { id: id(&made) }).await.answer();
    let request = GetWebhookRequest { id: id(&made) };
    admin.webhooks().get_webhook(request).await.answer();
    // The sessions were cancelled meanwhile, because nobody has started them: that is told too, by the new secrets.
    delivery(&admin, &id(&made), |found| found.state == 2).await;
    let last = rollcall_tests::until::until("something comes by the third secret", async || {
        let url = receiver.deliveries();
        url.into_iter()
            .find(|found| found.header("webhook-signature").split(' ').count() == 2 && found.body != got[0].body)
    })
    .await;
    last.verify_at_any_time(&rotated.secret);
    assert!(!deliveries(&admin, &id(&made)).await.is_empty());
    assert_ne!(third.secret, rotated.secret);
    let refusal: Refusal = class.teacher().webhooks().get_webhook(GetWebhookRequest { id: id(&made) }).await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));
}

async fn production_allows_no_private_networks(kind: Kind) {
    let mut world = plan(kind).prepare().await;
    world.settings().insert("ENVIRONMENT".to_owned(), "production".to_owned());
    world.settings().remove("CLOCK_OFFSET_FILE");
    let output = world.run(&["serve"]).await;
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(told.contains("WEBHOOK_ALLOWED_NETWORKS lets webhooks into private networks"), "{told}");
}
