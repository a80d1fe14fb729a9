//! Rate limits: they stop guessing, and never a class that comes in at nine. And how large a file may be.

mod calls;
mod campus;
mod files;
mod login;
mod replicas;

use std::time::{Duration, Instant};

use rollcall_proto::v1::{ListMyRecordsRequest, LoginRequest, LoginResponse};
use rollcall_tests::{Refusal, actor::Actor};
use tonic::{Code, Request, Response, Status, metadata::MetadataMap};

const MINUTE: Duration = Duration::from_secs(60);
/// The peer of every call is this machine; with this its word for where a call comes from is taken.
pub const TRUST_THE_TEST: (&str, &str) = ("TRUSTED_PROXIES", "127.0.0.0/8");

/// A call that says where it comes from.
pub fn from<T>(address: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("x-forwarded-for", address.parse().expect("an address"));
    request
}

/// Signs in from an address and a device.
async fn login(
    actor: &Actor,
    address: &str,
    device_id: &str,
    email: &str,
    password: &str,
) -> Result<Response<LoginResponse>, Status> {
    let request = LoginRequest {
        email: email.to_owned(),
        password: password.to_owned(),
        device_id: device_id.to_owned(),
        ..LoginRequest::default()
    };
    actor.auth().login(from(address, request)).await
}

/// A call of somebody without a token, from an address: counted by it, and refused in any case.
async fn knock(actor: &Actor, address: &str) -> Status {
    actor.records().list_my_records(from(address, ListMyRecordsRequest::default())).await.expect_err("no token")
}

/// How many calls may have been let through since `begun`: never more than the limit in a period.
fn most(limit: usize, period: Duration, begun: Instant) -> usize {
    let periods = begun.elapsed().as_secs() / period.as_secs();
    limit * (1 + usize::try_from(periods).expect("a number"))
}

/// Too many calls, with the time to wait.
#[track_caller]
fn assert_limited(refusal: &Refusal) {
    assert_eq!(refusal.kind(), (Code::ResourceExhausted, "RATE_LIMITED"));
    assert!(refusal.retry_after.is_some_and(|wait| !wait.is_zero()), "{refusal:?}");
    assert!(!refusal.told("limit").is_empty(), "{refusal:?}");
}

fn text<'m>(metadata: &'m MetadataMap, name: &str) -> &'m str {
    metadata.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Calls left and seconds to wait, as the fields of draft-ietf-httpapi-ratelimit-headers tell them for this limit.
#[track_caller]
fn standing(policy: &str, standing: &str, name: &str, limit: usize, seconds: u64) -> (usize, u64) {
    let item = |list: &str| list.split(", ").find(|item| item.starts_with(&format!("{name:?};"))).map(str::to_owned);
    assert_eq!(item(policy), Some(format!("{name:?};q={limit};w={seconds}")), "{policy}");
    let item = item(standing).expect(standing);
    let number = |key: &str| item.split(';').find_map(|part| part.strip_prefix(key)).expect(key).to_owned();
    (number("r=").parse().expect("calls"), number("t=").parse().expect("seconds"))
}
