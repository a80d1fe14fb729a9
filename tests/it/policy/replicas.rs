//! A change of a policy counts on every replica in a moment.

use std::time::Duration;

use rollcall_proto::v1::{
    CheckInRequest, DeletePolicyRequest,
    evidence::Factor::{Code, Geofence},
};
use rollcall_tests::{Answer as _, Class, Kind, college::College, in_worlds, until::until_within, world::Plan};
use tonic::Code as Grpc;

use super::{change_to, for_college, make, of_session, rules};

// Replicas hear of each other through Redis.
in_worlds!([sqlite SQLITE_REDIS, postgres POSTGRES_REDIS] hear_of_policies);

async fn hear_of_policies(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 4)).await;
    let (admin, session) = (class.admin(), class.session_id());
    let student = |number: usize| class.student(number).at(1);
    let without_position = async || CheckInRequest { position: None, ..class.request().await };
    // By notice, also by one that makes up for a lost one; left alone a copy would live for thirty seconds.
    let told = async |what: &str, expected: (&str, i32)| {
        until_within(what, Duration::from_secs(5), async || {
            let told = of_session(&student(0), session).await;
            ((told.policy_id.as_str(), told.version) == expected).then_some(())
        })
        .await;
    };
    // The other replica has its copy, that there is none.
    student(0).check_ins().check_in(class.request().await).await.answer();
    let policy = make(&admin, for_college(rules(&[&[Code]]))).await;
    let record = student(1).check_ins().check_in(without_position().await).await.answer();
    assert_eq!(record.policy_id, policy.id, "nobody is refused by a copy");
    told("the replica has heard of it", (&policy.id, 1)).await;

    admin.policies().update_policy(change_to(&policy.id, rules(&[&[Code], &[Geofence]]))).await.answer();
    told("the replica has heard of the change", (&policy.id, 2)).await;
    let refusal = student(2).check_ins().check_in(without_position().await).await.refused();
    assert_eq!(refusal.kind(), (Grpc::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
    assert_eq!(refusal.told("factors"), "GEOFENCE");

    admin.policies().delete_policy(DeletePolicyRequest { id: policy.id.clone() }).await.answer();
    told("the replica has heard of its end", ("", 0)).await;
    let record = student(3).check_ins().check_in(class.request().await).await.answer();
    assert_eq!((record.policy_id.as_str(), record.policy_version), ("", 0));
}
