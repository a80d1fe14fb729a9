//! The keys that sign access tokens: one algorithm each, rotated without failing anybody, and shown where they are public.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use rollcall_proto::v1::{ListMyRecordsRequest, LoginResponse, RefreshTokenRequest};
use rollcall_tests::{
    Answer as _, Class, Kind,
    actor::Actor,
    client,
    clock::machine_time,
    college::College,
    in_one_world, on_both_stores, on_postgres,
    token::{claims, header, key, sign},
    until::until,
    world::{Plan, SECRET, World},
};
use serde_json::{Value, json};
use tonic::{Code, Status};

in_one_world!(sign_with_ed25519_where_that_is_set, are_enough_for_others_to_verify, refuse_other_algorithms);
on_both_stores!(take_over_from_each_other);
on_postgres!(rotate_under_load);

/// From the making of a key to its first signature, and a second because times are rounded up.
const LEAD: i64 = 61;
const LIFE: i64 = 900;

async fn works(actor: &Actor) -> Result<(), Status> {
    actor.records().list_my_records(ListMyRecordsRequest::default()).await.map(|_| ())
}

async fn is_refused(actor: &Actor, reason: &str) {
    let refusal = actor.records().list_my_records(ListMyRecordsRequest::default()).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, reason));
}

fn head(token: &str) -> Value {
    let part = token.split('.').next().expect("a header");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

async fn public_keys(world: &World) -> Vec<Value> {
    let reply = world.nobody().rest().get("/.well-known/jwks.json").await;
    assert_eq!(reply.headers["cache-control"], "public, max-age=30");
    reply.answer()["keys"].as_array().expect("keys").clone()
}

/// Makes a key and gives its name.
async fn rotate(world: &World, more: &[&str]) -> String {
    let output = world.run(&[&["admin", "rotate-signing-key"], more].concat()).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    said.split_whitespace().nth(1).expect("its name").to_owned()
}

/// A token of the first key that says that it was issued then, good for a day.
fn first_key_token(class: &Class, issued_at: DateTime<Utc>) -> String {
    let mut claims = claims(&class.college.students[0], issued_at);
    claims["exp"] = json!(issued_at.timestamp() + 86_400);
    sign(&header(), &claims, &key(SECRET))
}

async fn sign_with_ed25519_where_that_is_set(kind: Kind) {
    let class = Class::of(Plan::new(kind).set("JWT_ALGORITHM", "EdDSA"), College::new("riverside", 1)).await;
    let student = class.student(0);
    let token = student.login().await.access_token;
    works(&student.with_token(&token)).await.expect("it is good");

    let keys = public_keys(&class.world).await;
    assert_eq!(keys.len(), 1);
    let head = head(&token);
    assert_eq!(head, json!({"typ": "at+jwt", "alg": "EdDSA", "kid": keys[0]["kid"]}));
    let mut expected = json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig"});
    (expected["x"], expected["kid"]) = (keys[0]["x"].clone(), keys[0]["kid"].clone());
    assert_eq!(keys[0], expected, "and nothing else");

    let (claims, x) = (claims(student.user(), machine_time()), keys[0]["x"].as_str().expect("the key"));
    let public = URL_SAFE_NO_PAD.decode(x).expect("base64url");
    let mut symmetric = head.clone();
    symmetric["alg"] = json!("HS256");
    for (case, forged) in [
        ("HS256 under the first key of HS256", sign(&header(), &claims, &key(SECRET))),
        ("the public key as a secret", sign(&symmetric, &claims, &public)),
        ("the public key's text as a secret", sign(&symmetric, &claims, x.as_bytes())),
        ("an HMAC that says it is EdDSA", sign(&head, &claims, &public)),
        ("no signature", token[..=token.rfind('.').expect("a dot")].to_owned()),
        ("the signature of nothing", format!("{}{}", &token[..=token.rfind('.').expect("a dot")], "A".repeat(86))),
    ] {
        let forger = student.with_token(forged);
        let refusal = forger.records().list_my_records(ListMyRecordsRequest::default()).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_INVALID"), "{case}");
    }
}

async fn refuse_other_algorithms(kind: Kind) {
    let class = Class::open(kind, 1).await;
    assert_eq!(public_keys(&class.world).await, [] as [Value; 0], "keys of HS256 are nobody's business");
    for algorithm in ["none", "RS256", ""] {
        let output = class.world.run(&["admin", "rotate-signing-key", "--algorithm", algorithm]).await;
        assert!(!output.status.success(), "{algorithm}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("it must be HS256 or EdDSA"), "{said}");
    }
    assert_eq!(class.world.rows().await.number("SELECT COUNT(*) AS n FROM signing_keys").await, 0);
}

async fn take_over_from_each_other(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (world, student) = (&class.world, class.student(0));
    let before = student.login().await;
    let made = world.clock().now();
    let kid = rotate(world, &["--algorithm", "eddsa"]).await;
    // It is shown before it signs.
    let shown = async || public_keys(world).await.into_iter().find(|public| public["kid"] == kid);
    until("the key is shown", shown).await;
    assert_eq!(head(&student.login().await.access_token)["alg"], "HS256");

    world.advance_unasked(LEAD);
    let after = student.login().await;
    assert_eq!(head(&after.access_token), json!({"typ": "at+jwt", "alg": "EdDSA", "kid": kid}));
    for login in [&before, &after] {
        works(&student.with_token(&login.access_token)).await.expect("both are good");
    }
    // Whoever has the old key can sign with it, but not after its end.
    let backdated = student.with_token(first_key_token(&class, made));
    works(&backdated).await.expect("nobody can tell it from a good one");
    is_refused(&student.with_token(first_key_token(&class, world.clock().now())), "TOKEN_INVALID").await;

    // Its last token was signed as it ended, not a minute ago; by then that has expired too.
    world.advance_unasked(LIFE + 10);
    is_refused(&backdated, "TOKEN_INVALID").await;
    is_refused(&student.with_token(before.access_token), "TOKEN_EXPIRED").await;

    // The next one is of the same kind where nothing else is said, and three of them in a row are in each other's order.
    let [second, third] = [rotate(world, &[]).await, rotate(world, &[]).await];
    until("both are shown", async || (public_keys(world).await.len() == 3).then_some(())).await;
    let order: Vec<Value> = public_keys(world).await.into_iter().map(|public| public["kid"].clone()).collect();
    assert_eq!(order, [&third, &second, &kid].map(|kid| json!(kid)));
    world.advance_unasked(LEAD + 1);
    let last = student.login().await;
    assert_eq!(head(&last.access_token)["kid"], third);
    works(&student.with_token(last.access_token)).await.expect("it is good");
}

/// People sign in at one replica and call the other while the key changes twice, and nobody notices.
async fn rotate_under_load(kind: Kind) {
    const WORKERS: usize = 6;
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", WORKERS)).await;
    let (done, calls) = (AtomicBool::new(false), AtomicUsize::new(0));
    let worker = async |number: usize| {
        let (here, there) = (class.student(number).at(number % 2), class.student(number).at((number + 1) % 2));
        let LoginResponse { mut refresh_token, mut access_token, .. } = here.login().await;
        let mut names = Vec::new();
        while !done.load(Ordering::Relaxed) {
            works(&there.with_token(&access_token)).await.expect("a valid call fails");
            works(&here.with_token(&access_token)).await.expect("a valid call fails");
            calls.fetch_add(2, Ordering::Relaxed);
            names.push(head(&access_token)["kid"].clone());
            let request = RefreshTokenRequest { refresh_token, device_id: "phone".to_owned() };
            let pair = here.auth().refresh_token(request).await.answer();
            (refresh_token, access_token) = (pair.refresh_token, pair.access_token);
        }
        names.dedup();
        names
    };
    let operator = async {
        let mut made = Vec::new();
        for algorithm in ["EdDSA", "HS256"] {
            made.push(rotate(&class.world, &["--algorithm", algorithm]).await);
            // Step by step: two replicas read the clock one after the other, as two machines' clocks differ.
            let mut left = LEAD;
            while left > 0 {
                class.world.advance_unasked(left.min(3));
                left -= 3;
                let reached = calls.load(Ordering::Relaxed) + 2 * WORKERS;
                until("the calls go on", async || (calls.load(Ordering::Relaxed) >= reached).then_some(())).await;
            }
        }
        let reached = calls.load(Ordering::Relaxed) + 8 * WORKERS;
        until("the last key is in use", async || (calls.load(Ordering::Relaxed) >= reached).then_some(())).await;
        done.store(true, Ordering::Relaxed);
        made
    };
    let (made, seen) = tokio::join!(operator, join_all((0..WORKERS).map(worker)));
    for names in seen {
        assert_eq!(names, [Value::Null, json!(made[0]), json!(made[1])], "each key in its time");
    }
}

async fn are_enough_for_others_to_verify(kind: Kind) {
    let class = Class::of(Plan::new(kind).set("JWT_ALGORITHM", "EdDSA"), College::new("riverside", 1)).await;
    for name in ["jwks_python", "jwks_node"] {
        client::run(&class, name, &[&class.world.desk().edge(0)], "a foreign client verifies the token").await;
    }
}
