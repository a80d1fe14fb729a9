//! DeviceService, and what check-ins show by their device.

mod challenge;
mod changes;
mod enrolment;
mod shared;
mod signed;

use rollcall_proto::v1::{
    AttendanceRecord, CreatePolicyRequest, EnrolledDevice, ListMyDevicesRequest, PolicyRules,
    enrolled_device::State,
    evidence::{Factor, Verdict},
    policy::Scope,
    policy_rules::{CodeMode, Requirement},
};
use rollcall_tests::{Answer as _, Class, actor::Actor};

/// Their states, the newest first.
async fn states(actor: &Actor) -> Vec<State> {
    list(actor).await.iter().map(EnrolledDevice::state).collect()
}

async fn list(actor: &Actor) -> Vec<EnrolledDevice> {
    actor.devices().list_my_devices(ListMyDevicesRequest {}).await.answer().devices
}

/// What a record says of the device.
fn verdict(record: &AttendanceRecord) -> Option<Verdict> {
    let found = record.evidence.iter().find(|item| item.factor() == Factor::Device);
    found.map(rollcall_proto::v1::Evidence::verdict)
}

/// A policy for the session: code, fence and device.
async fn require(class: &Class) {
    policy(class, &[Factor::Code, Factor::Geofence, Factor::Device], CodeMode::Lenient).await;
}

async fn policy(class: &Class, factors: &[Factor], mode: CodeMode) {
    let requirement = |factor: &Factor| Requirement { factors: vec![(*factor).into()] };
    let request = CreatePolicyRequest {
        scope: Scope::Session.into(),
        scope_id: Some(class.session_id().to_string()),
        rules: Some(PolicyRules {
            requirements: factors.iter().map(requirement).collect(),
            code_mode: mode.into(),
            ..PolicyRules::default()
        }),
        ..CreatePolicyRequest::default()
    };
    class.admin().policies().create_policy(request).await.answer();
}
