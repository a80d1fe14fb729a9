//! Forged access tokens, each with the name of its trick. Most are signed with the true key, so that nothing but the trick can
//! be why they are refused.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use rollcall_tests::{
    Class,
    token::{claims, header, key, sign, unsigned},
    world::SECRET,
};
use serde_json::{Value, json};
use sha2::Sha256;

/// A token and what is wrong with it.
pub type Forged = (String, String);

/// What forgers have to work with.
struct Bench {
    now: DateTime<Utc>,
    header: Value,
    claims: Value,
    key: [u8; 32],
    /// A good token, in its three parts.
    good: [String; 3],
    forged: Vec<Forged>,
}

/// All of them. `now` is the servers' time.
pub fn corpus(class: &Class, now: DateTime<Utc>) -> Vec<Forged> {
    let (header, claims, key) = (header(), claims(&class.college.students[0], now), key(SECRET));
    let good = sign(&header, &claims, &key);
    let mut parts = good.split('.').map(str::to_owned);
    let good = std::array::from_fn(|_| parts.next().expect("three parts"));
    let mut bench = Bench { now, header, claims, key, good, forged: Vec::new() };
    bench.algorithms();
    bench.header_members();
    bench.keys();
    bench.claims();
    bench.texts(&class.college.admin.id.to_string());
    bench.signatures();
    bench.shapes();
    bench.forged
}

impl Bench {
    fn add(&mut self, case: impl Into<String>, token: impl Into<String>) {
        self.forged.push((case.into(), token.into()));
    }

    /// Signed with the true key.
    fn with_header(&mut self, case: impl Into<String>, header: &Value) {
        let token = sign(header, &self.claims, &self.key);
        self.add(case, token);
    }

    fn with_claims(&mut self, case: impl Into<String>, claims: &Value) {
        let token = sign(&self.header, claims, &self.key);
        self.add(case, token);
    }

    fn with_texts(&mut self, case: &str, header: &str, claims: &str) {
        let token = signed_text(header, claims, &self.key);
        self.add(case, token);
    }

    fn algorithms(&mut self) {
        for alg in ["none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA", "hs256"] {
            let header = changed(&self.header, "alg", json!(alg));
            self.with_header(format!("alg {alg:?}, signed"), &header);
            self.add(format!("alg {alg:?}, not signed"), format!("{}.", unsigned(&header, &self.claims)));
        }
        for (case, value) in [("number", json!(256)), ("list", json!(["HS256"])), ("null", Value::Null)] {
            self.with_header(format!("alg {case}"), &changed(&self.header, "alg", value));
        }
        self.with_header("no alg", &without(&self.header, "alg"));
    }

    fn header_members(&mut self) {
        let types = [json!("JWT"), json!("rt+jwt"), json!(""), json!("AT+JWT"), json!("application/at+jwt"), json!(1)];
        for typ in types {
            self.with_header(format!("typ {typ}"), &changed(&self.header, "typ", typ));
        }
        self.with_header("no typ", &without(&self.header, "typ"));
        let chain = json!([URL_SAFE_NO_PAD.encode(b"a certificate")]);
        for (name, value) in [
            ("kid", json!("")),
            ("kid", json!("unknown")),
            ("kid", json!("../../../../dev/null")),
            ("kid", json!("x' UNION SELECT 'mine' --")),
            ("kid", json!("$(id)")),
            ("kid", json!(0)),
            ("kid", json!([])),
            ("kid", json!("00000000-0000-0000-0000-000000000000")),
            ("kid", json!("k".repeat(4_000))),
            ("jwk", json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(b"mine")})),
            ("jku", json!("https://evil.example/jwks.json")),
            ("x5u", json!("https://evil.example/chain.pem")),
            ("x5c", chain),
            ("x5t", json!("AAAA")),
            ("crit", json!(["exp"])),
            ("crit", json!([])),
            ("b64", json!(false)),
            ("zip", json!("DEF")),
            ("cty", json!("JWT")),
            ("enc", json!("A256GCM")),
            ("nonce", json!("n")),
        ] {
            let case = format!("{name} {}", value.to_string().chars().take(40).collect::<String>());
            self.with_header(case, &changed(&self.header, name, value));
        }
        let unencoded = json!({"typ": "at+jwt", "alg": "HS256", "b64": false, "crit": ["b64"]});
        self.with_header("RFC 7797, announced", &unencoded);
        self.with_header("a header that is a list", &json!(["HS256"]));
        self.with_header("a header that is null", &Value::Null);
    }

    fn keys(&mut self) {
        for (case, wrong) in [
            ("empty", &b""[..]),
            ("the master secret itself", SECRET.as_bytes()),
            ("another", b"another key of thirty-two bytes!"),
            ("zeros", &[0; 32]),
        ] {
            self.add(format!("key {case}"), sign(&self.header, &self.claims, wrong));
        }
        for name in ["kid", "jku", "x5u"] {
            let header = changed(&self.header, name, json!("../../../../dev/null"));
            self.add(format!("{name} names an empty key"), sign(&header, &self.claims, b""));
        }
        let jwk = json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(b"mine")});
        self.add("jwk brings its own key", sign(&changed(&self.header, "jwk", jwk), &self.claims, b"mine"));
    }

    fn claims(&mut self) {
        for claim in ["iss", "aud", "sub", "tid", "role", "iat", "nbf", "exp", "jti"] {
            self.with_claims(format!("no {claim}"), &without(&self.claims, claim));
            for value in [Value::Null, json!({}), json!([])] {
                self.with_claims(format!("{claim} {value}"), &changed(&self.claims, claim, value));
            }
        }
        let now = self.now.timestamp();
        for (claim, value) in [
            ("iss", json!("somebody")),
            ("aud", json!("somewhere")),
            ("aud", json!(["somewhere"])),
            ("sub", json!("me")),
            ("tid", json!("here")),
            ("role", json!("root")),
            ("role", json!("ADMIN")),
            ("nbf", json!(now + 3_600)),
            ("nbf", json!((now - 10).to_string())),
            ("exp", json!((now + 600).to_string())),
            ("exp", json!(-1.5e300)),
            ("exp", json!(-1)),
            ("exp", json!(9e99)),
            ("exp", json!(u64::MAX)),
            ("exp", json!(i64::MAX)),
            ("exp", json!(true)),
            ("iat", json!(now.to_string())),
            ("iat", json!(now + 3_600)),
            ("iat", json!(i64::MIN)),
        ] {
            self.with_claims(format!("{claim} {value}"), &changed(&self.claims, claim, value));
        }
    }

    fn texts(&mut self, administrator: &str) {
        let (header, claims) = (self.header.to_string(), self.claims.to_string());
        let with = |object: &str, member: &str| format!("{},{member}}}", &object[..object.len() - 1]);
        for (case, member) in [
            ("sub", format!(r#""sub":"{administrator}""#)),
            ("role", r#""role":"admin""#.to_owned()),
            ("exp", format!(r#""exp":{}"#, self.now.timestamp() + 99_999)),
        ] {
            self.with_texts(&format!("{case} twice"), &header, &with(&claims, &member));
        }
        for (case, member) in
            [("alg", r#""alg":"none""#), ("alg, the same", r#""alg":"HS256""#), ("typ", r#""typ":"JWT""#)]
        {
            self.with_texts(&format!("header's {case} twice"), &with(&header, member), &claims);
        }
        self.with_texts("claims that are no object", &header, "[]");
        self.with_texts("claims that are no JSON", &header, "{");
        self.with_texts("claims that are nothing", &header, "");
        self.with_texts("claims and more", &header, &format!("{claims} {claims}"));
        self.with_texts("a header and more", &format!("{header}{header}"), &claims);
        self.with_texts("a deep header", &"[".repeat(3_000), &claims);
        let inner = self.good.join(".");
        self.with_texts("a token in a token", &header, &format!("{inner:?}"));
        self.with_texts("a token in a token, announced", &with(&header, r#""cty":"JWT""#), &inner);
    }

    fn signatures(&mut self) {
        let [header, claims, signature] = self.good.clone();
        let mut promoted = self.claims.clone();
        promoted["role"] = json!("admin");
        let promoted = unsigned(&self.header, &promoted);
        self.add("other claims under a good signature", format!("{promoted}.{signature}"));
        let mut bytes = URL_SAFE_NO_PAD.decode(&signature).expect("base64url");
        for (case, changed) in
            [("half a signature", &bytes[..16]), ("a byte less", &bytes[..31]), ("one byte", &bytes[..1])]
        {
            self.add(case, format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode(changed)));
        }
        self.add("a byte more", format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode([&bytes[..], &[0]].concat())));
        bytes[31] ^= 1;
        self.add("one bit of the signature", format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode(&bytes)));
        self.add("no signature", format!("{header}.{claims}."));

        // 43 characters hold 258 bits, so the last has two that mean nothing: four texts for one signature, one of which is it.
        const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let (rest, last) = signature.split_at(42);
        let place = ALPHABET.find(last).expect("base64url");
        for other in (place + 1)..(place + 4) {
            let last = &ALPHABET[other..=other];
            self.add(format!("bits that mean nothing: {last}"), format!("{header}.{claims}.{rest}{last}"));
        }
        for (case, changed) in [
            ("padding", format!("{signature}=")),
            ("much padding", format!("{signature}====")),
            ("a line's end", format!("{signature}%0A")),
            ("a space", format!("{} {}", &signature[..20], &signature[20..])),
            ("a tab", format!("{}\t{}", &signature[..20], &signature[20..])),
            ("the other alphabet", format!("{}+/", &signature[..41])),
        ] {
            self.add(format!("{case} in the signature"), format!("{header}.{claims}.{changed}"));
        }
        self.add("padding in the header", format!("{header}=.{claims}.{signature}"));
        self.add("padding in the claims", format!("{header}.{claims}=.{signature}"));
    }

    fn shapes(&mut self) {
        let [header, claims, signature] = self.good.clone();
        for (case, token) in [
            ("one part", header.clone()),
            ("two parts", format!("{header}.{claims}")),
            ("four parts", format!("{header}.{claims}.{signature}.{signature}")),
            ("five parts, as if encrypted", format!("{header}.{claims}.{signature}.{claims}.{signature}")),
            ("a dot before", format!(".{header}.{claims}.{signature}")),
            ("a dot behind", format!("{header}.{claims}.{signature}.")),
            ("spaces between", format!("{header} . {claims} . {signature}")),
            ("in quotes", format!("\"{header}.{claims}.{signature}\"")),
            ("twice, as two schemes", format!("{header}.{claims}.{signature}, Bearer {header}.{claims}.{signature}")),
            ("JSON serialisation", json!({"protected": header, "payload": claims, "signature": signature}).to_string()),
            ("dots", "..".to_owned()),
            ("a thousand dots", ".".repeat(1_000)),
            ("nonsense", "nonsense".to_owned()),
            ("a long one", "A".repeat(6_000)),
            ("a very long one", format!("{header}.{}.{signature}", "A".repeat(11_000))),
        ] {
            self.add(case, token);
        }
    }
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
