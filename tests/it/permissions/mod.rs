//! Who may do what: every RPC, for every kind of caller, on objects of every kind, over gRPC and over REST. The list of RPCs
//! comes from the descriptors, so that an RPC without a row fails.

mod calendars;
mod rows;
mod scene;
mod slots;

use std::collections::BTreeMap;

use prost_reflect::MethodDescriptor;
use rollcall_tests::{
    Kind, Refusal,
    call::{Transport, call},
    contract::{self, short_name},
    in_every_world,
};
use serde_json::Value;
use tonic::Code;

use rows::{Expect, Row};
use scene::{Object, Scene, Who};

in_every_world!(hold_for_every_rpc);

async fn hold_for_every_rpc(kind: Kind) {
    let scene = Scene::open(kind).await;
    let mut wrong = Vec::new();
    let mut cells = 0;
    for method in contract::methods() {
        let name = short_name(&method);
        let Some(row) = rows::row(&name) else {
            wrong.push(format!("{name} has no row"));
            continue;
        };
        if contract::callers(&method) != row.callers {
            wrong.push(format!(
                "{name}: the contract says {:?}, the row {:?}",
                contract::callers(&method),
                row.callers
            ));
        }
        if contract::scope(&method).as_deref() != row.scope {
            wrong.push(format!(
                "{name}: the contract's scope is {:?}, the row's {:?}",
                contract::scope(&method),
                row.scope
            ));
        }
        for who in Who::ALL {
            let mut told = BTreeMap::new();
            for &object in row.objects {
                cells += 1;
                let expected = row.expect(who, object);
                match cell(&scene, &method, &row, who, object).await {
                    Ok(result) => {
                        if let Some(fault) = fault(expected, &result) {
                            wrong.push(format!("{name} {who:?} {object:?}: {fault}"));
                        }
                        if let Ok(answer) = &result
                            && !row.lists_rightly(who, object, answer)
                        {
                            wrong.push(format!("{name} {who:?} {object:?}: the list is not theirs: {answer}"));
                        }
                        told.insert(object, result);
                    }
                    Err(difference) => wrong.push(format!("{name} {who:?} {object:?}: {difference}")),
                }
            }
            // Another college's object and one that does not exist must not be told apart, by anything.
            if !who.is_foreign()
                && row.callers != ["ANYONE"]
                && let (Some(foreign), Some(absent)) = (told.get(&Object::Foreign), told.get(&Object::Absent))
                && foreign != absent
            {
                wrong.push(format!("{name} {who:?}: foreign {foreign:?}, absent {absent:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cells} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// One cell: the answer over gRPC, after a look whether REST says the same where it has the RPC.
async fn cell(
    scene: &Scene,
    method: &MethodDescriptor,
    row: &Row,
    who: Who,
    object: Object,
) -> Result<Result<Value, Refusal>, String> {
    let mut results = Vec::new();
    let transports: &[Transport] =
        if contract::has_route(method) { &[Transport::Grpc, Transport::Rest] } else { &[Transport::Grpc] };
    for &transport in transports {
        // A new request for each: what may be done once only must be possible for both.
        let request = scene.request(&short_name(method), who, object).await;
        let mut result = call(&scene.caller(who, row).await, transport, method, &request).await;
        if let Err(refusal) = &mut result {
            refusal.retry_after = None;
        }
        results.push(result);
    }
    let last = results.pop().expect("an answer");
    let Some(grpc) = results.pop() else { return Ok(last) };
    let rest = last;
    let alike = match (&grpc, &rest) {
        (Ok(grpc), Ok(rest)) => !row.repeatable || grpc == rest,
        (Err(grpc), Err(rest)) => grpc == rest,
        _ => false,
    };
    if alike { Ok(grpc) } else { Err(format!("gRPC says {grpc:?}, REST says {rest:?}")) }
}

fn fault(expected: Expect, result: &Result<Value, Refusal>) -> Option<String> {
    match (expected, result) {
        (Expect::Answered, Ok(_)) => None,
        (Expect::Refused(code, reason), Err(refusal)) if refusal.kind() == (code, reason) => None,
        (expected, Ok(answer)) => Some(format!("{expected:?} was due, and it was answered: {answer}")),
        (expected, Err(refusal)) => Some(format!("{expected:?} was due, and this came: {refusal:?}")),
    }
}

/// What a caller who may not call at all is told, whatever the object.
fn barred(who: Who, row: &Row) -> Option<Expect> {
    if row.callers == ["ANYONE"] {
        return None;
    }
    let unauthenticated = |reason| Some(Expect::Refused(Code::Unauthenticated, reason));
    let role = match who {
        Who::Nobody => return unauthenticated("TOKEN_MISSING"),
        Who::Expired => return unauthenticated("TOKEN_EXPIRED"),
        Who::Disabled | Who::Revoked => return unauthenticated("TOKEN_REVOKED"),
        Who::Student | Who::OtherStudent => "STUDENT",
        Who::Teacher | Who::OtherTeacher => "TEACHER",
        Who::Admin | Who::ForeignAdmin => "ADMIN",
        Who::Key | Who::ForeignKey if row.scope.is_some() => return None,
        Who::NarrowKey if row.scope.is_some() => {
            return Some(Expect::Refused(Code::PermissionDenied, "SCOPE_MISSING"));
        }
        Who::Key | Who::ForeignKey | Who::NarrowKey => "KEY",
    };
    (!row.callers.contains(&role)).then_some(Expect::Refused(Code::PermissionDenied, "ROLE_NOT_ALLOWED"))
}
