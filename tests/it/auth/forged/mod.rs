//! Forged and misused access tokens: none is accepted, over any transport, and none makes the server stumble.

mod corpus;
mod scheme;
mod swapped;

use chrono::TimeDelta;
use rollcall_proto::v1::ListMyRecordsRequest;
use rollcall_tests::{
    Answer as _, Class, Kind,
    call::{Transport, call},
    clock::machine_time,
    contract, in_one_world,
    token::{claims, header, mint, sign},
    world::SECRET,
};
use serde_json::json;
use tonic::Code;

use corpus::corpus;

in_one_world!(are_refused, are_told_when_they_have_only_expired);

async fn are_refused(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let student = class.student(0);
    student.records().list_my_records(ListMyRecordsRequest::default()).await.answer();

    let forged = corpus(&class, machine_time());
    assert!(forged.len() >= 150, "{}", forged.len());
    let method = contract::method("RecordService.ListMyRecords");
    for (case, token) in forged {
        let forger = student.with_token(token.clone());
        for transport in Transport::ALL {
            let result = call(&forger, transport, &method, &json!({})).await;
            let Err(refusal) = result else { panic!("{case} was accepted over {transport:?}: {token}") };
            assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_INVALID"), "{case} over {transport:?}: {token}");
        }
    }
    student.records().list_my_records(ListMyRecordsRequest::default()).await.answer();
}

/// Only what was signed with the true key is told that it has expired: a phone then knows to refresh.
async fn are_told_when_they_have_only_expired(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let student = class.student(0);
    let then = machine_time() - TimeDelta::seconds(1_000);
    for (token, reason) in [
        (mint(SECRET, student.user(), then), "TOKEN_EXPIRED"),
        (sign(&header(), &claims(student.user(), then), b"another key"), "TOKEN_INVALID"),
    ] {
        let student = student.with_token(token);
        let refusal = student.records().list_my_records(ListMyRecordsRequest::default()).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, reason));
    }
}
