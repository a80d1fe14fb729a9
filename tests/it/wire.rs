//! What is no proper request, sent to every RPC: refused with a reason, never a fault of the server.

use rollcall_tests::{
    Class, Kind, Refusal,
    actor::Actor,
    call::{path, raw},
    contract, in_one_world,
};
use tonic::Code;

in_one_world!(refuses_what_is_no_message, refuses_what_is_too_large, knows_no_other_rpc);

/// Somebody who may call the RPC, so that it is the request that is refused.
fn caller(class: &Class, callers: &[String]) -> Actor {
    match callers.first().map(String::as_str) {
        Some("STUDENT") => class.student(0),
        Some("TEACHER") => class.teacher(),
        Some("ADMIN") => class.admin(),
        Some("ANYONE") => class.world.nobody(),
        other => panic!("{other:?} has no actor"),
    }
}

async fn refuses_what_is_no_message(kind: Kind) {
    let class = Class::open(kind, 1).await;
    for method in contract::methods() {
        let caller = caller(&class, &contract::callers(&method));
        for (case, bytes) in [
            ("a tag without a value", vec![0x0a]),
            ("a length beyond the end", vec![0x0a, 0xff, 0xff, 0xff, 0xff, 0x07, b'x']),
            ("an endless number", vec![0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
            ("field 0", vec![0x00, 0x01]),
            ("wire type 7", vec![0x0f]),
            ("a group that never ends", [0xa3, 0x06].repeat(2_000)),
        ] {
            let status = raw(&caller, &path(&method), bytes).await.expect_err(case);
            let refusal = Refusal::from(&status);
            let expected = (Code::InvalidArgument, "MALFORMED_REQUEST");
            assert_eq!(refusal.kind(), expected, "{case} to {}: {refusal:?}", method.full_name());
        }
    }
}

async fn refuses_what_is_too_large(kind: Kind) {
    let class = Class::open(kind, 1).await;
    for method in contract::methods() {
        let caller = caller(&class, &contract::callers(&method));
        let limit = contract::max_request_bytes(&method);
        // An unknown field, well-formed, a byte or two too long with its tag and length.
        let length = limit as usize - 3;
        let mut bytes = vec![0xfa, 0x3e];
        let mut left = length;
        while left >= 0x80 {
            bytes.push((left & 0x7f) as u8 | 0x80);
            left >>= 7;
        }
        bytes.push(left as u8);
        bytes.resize(bytes.len() + length, 0);
        assert!(bytes.len() > limit as usize);
        let status = raw(&caller, &path(&method), bytes).await.expect_err("too large");
        let refusal = Refusal::from(&status);
        assert_eq!(refusal.kind(), (Code::ResourceExhausted, "REQUEST_TOO_LARGE"), "{}", method.full_name());
        assert_eq!(refusal.told("max_request_bytes"), limit.to_string(), "{}", method.full_name());
    }
}

async fn knows_no_other_rpc(kind: Kind) {
    let class = Class::open(kind, 1).await;
    for path in [
        "/rollcall.v1.SessionService/Explode",
        "/rollcall.v1.NoService/GetSession",
        "/rollcall.v2.SessionService/GetSession",
        "/rollcall.v1.SessionService/getSession",
        "/",
    ] {
        let status = raw(&class.student(0), path, Vec::new()).await.expect_err(path);
        assert_eq!(status.code(), Code::Unimplemented, "{path}: {status:?}");
    }
}
