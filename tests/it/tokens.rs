//! Forged and misused access tokens: none is accepted, over any transport, and none makes the server stumble.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rollcall_proto::v1::ListMyRecordsRequest;
use rollcall_tests::{
    Answer as _, Class, Kind,
    call::{Transport, call},
    clock::machine_time,
    contract, in_one_world,
    token::{claims, header, key, mint, sign, unsigned},
    world::SECRET,
};
use serde_json::{Value, json};
use sha2::Sha256;
use tonic::Code;

in_one_world!(are_refused_when_forged, are_refused_when_meant_for_something_else);

async fn are_refused_when_forged(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let student = class.student(0);
    student.records().list_my_records(ListMyRecordsRequest::default()).await.answer();

    let corpus = corpus(&class);
    assert!(corpus.len() >= 60, "{}", corpus.len());
    let method = contract::method("RecordService.ListMyRecords");
    for (case, token) in corpus {
        let forger = student.with_token(token.clone());
        for transport in Transport::ALL {
            let result = call(&forger, transport, &method, &json!({})).await;
            let Err(refusal) = result else { panic!("{case} was accepted over {transport:?}: {token}") };
            assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_INVALID"), "{case} over {transport:?}: {token}");
        }
    }
    let late = mint(SECRET, student.user(), machine_time() - TimeDelta::seconds(1_000));
    let refusal = student.with_token(late).records().list_my_records(ListMyRecordsRequest::default()).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_EXPIRED"));
    student.records().list_my_records(ListMyRecordsRequest::default()).await.answer();
}

async fn are_refused_when_meant_for_something_else(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let login = class.student(0).login().await;
    let code = class.code().await.code;
    for (case, token) in [("a refresh token", login.refresh_token), ("a code", code)] {
        let student = class.student(0).with_token(token);
        let refusal = student.records().list_my_records(ListMyRecordsRequest::default()).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_INVALID"), "{case}");
    }
}

fn corpus(class: &Class) -> Vec<(String, String)> {
    let student = &class.college.students[0];
    let now = machine_time();
    let (good_header, good_claims, good_key) = (header(), claims(student, now), key(SECRET));
    let good = mint(SECRET, student, now);
    let parts: Vec<&str> = good.split('.').collect();
    let mut corpus: Vec<(String, String)> = Vec::new();
    let mut add = |case: &str, token: String| corpus.push((case.to_owned(), token));

    for alg in ["none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA", "hs256"] {
        let header = changed(&good_header, "alg", json!(alg));
        add(&format!("alg {alg}, signed"), sign(&header, &good_claims, &good_key));
        add(&format!("alg {alg}, not signed"), format!("{}.", unsigned(&header, &good_claims)));
    }
    for (case, value) in [("number", json!(256)), ("list", json!(["HS256"])), ("null", Value::Null)] {
        add(&format!("alg {case}"), sign(&changed(&good_header, "alg", value), &good_claims, &good_key));
    }
    add("no alg", sign(&without(&good_header, "alg"), &good_claims, &good_key));
    for (case, typ) in [("JWT", json!("JWT")), ("a refresh token's", json!("rt+jwt")), ("empty", json!(""))] {
        add(&format!("typ {case}"), sign(&changed(&good_header, "typ", typ), &good_claims, &good_key));
    }
    add("no typ", sign(&without(&good_header, "typ"), &good_claims, &good_key));
    add("unknown crit", sign(&changed(&good_header, "crit", json!(["exp"])), &good_claims, &good_key));

    for (case, wrong) in [
        ("empty", &b""[..]),
        ("the master secret itself", SECRET.as_bytes()),
        ("another", b"another key of thirty-two bytes!"),
        ("zeros", &[0; 32]),
    ] {
        add(&format!("key {case}"), sign(&good_header, &good_claims, wrong));
    }
    for name in ["kid", "jku", "x5u"] {
        let header = changed(&good_header, name, json!("../../../../dev/null"));
        add(&format!("{name} names an empty key"), sign(&header, &good_claims, b""));
    }
    let jwk = json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(b"mine")});
    add("jwk brings its own key", sign(&changed(&good_header, "jwk", jwk), &good_claims, b"mine"));

    for claim in ["iss", "aud", "sub", "tid", "role", "iat", "nbf", "exp", "jti"] {
        add(&format!("no {claim}"), sign(&good_header, &without(&good_claims, claim), &good_key));
        for value in [Value::Null, json!({}), json!([])] {
            let claims = changed(&good_claims, claim, value.clone());
            add(&format!("{claim} {value}"), sign(&good_header, &claims, &good_key));
        }
    }
    for (claim, value) in [
        ("iss", json!("somebody")),
        ("aud", json!("somewhere")),
        ("aud", json!(["somewhere"])),
        ("sub", json!("me")),
        ("tid", json!("here")),
        ("role", json!("root")),
        ("nbf", json!(now.timestamp() + 3_600)),
        ("nbf", json!((now.timestamp() - 10).to_string())),
        ("exp", json!((now.timestamp() + 600).to_string())),
        ("exp", json!(-1.5e300)),
        ("iat", json!(now.timestamp().to_string())),
    ] {
        let claims = changed(&good_claims, claim, value.clone());
        add(&format!("{claim} {value}"), sign(&good_header, &claims, &good_key));
    }

    let mut doubled = good_claims.to_string();
    doubled.insert_str(doubled.len() - 1, &format!(r#","sub":"{}""#, class.college.admin.id));
    add("a claim twice", signed_text(&good_header.to_string(), &doubled, &good_key));
    add("claims that are no object", signed_text(&good_header.to_string(), "[]", &good_key));
    add("claims that are no JSON", signed_text(&good_header.to_string(), "{", &good_key));

    let mut promoted = good_claims.clone();
    promoted["role"] = json!("admin");
    add("other claims under a good signature", format!("{}.{}", unsigned(&good_header, &promoted), parts[2]));
    let mut signature = URL_SAFE_NO_PAD.decode(parts[2]).expect("base64");
    signature[31] ^= 1;
    add("one bit of the signature", format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode(&signature)));
    let half = URL_SAFE_NO_PAD.encode(&signature[..16]);
    add("half a signature", format!("{}.{}.{half}", parts[0], parts[1]));
    add("no signature", format!("{}.{}.", parts[0], parts[1]));
    add("padding", format!("{good}="));
    add("two parts", format!("{}.{}", parts[0], parts[1]));
    add("four parts", format!("{good}.{}", parts[2]));
    add("dots", "..".to_owned());
    add("nonsense", "nonsense".to_owned());
    add("a long one", "A".repeat(6_000));
    corpus
}

fn changed(object: &Value, name: &str, value: Value) -> Value {
    let mut object = object.clone();
    object[name] = value;
    object
}

fn without(object: &Value, name: &str) -> Value {
    let mut object = object.clone();
    object.as_object_mut().expect("an object").remove(name);
    object
}

fn signed_text(header: &str, claims: &str, key: &[u8]) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}
