//! PolicyService: what a check-in has to show, who says so, and what it decides.

mod applies;
mod change;
mod compare;
mod recount;
mod refused;
mod replicas;

use rollcall_proto::v1::{
    CreatePolicyRequest, GetSessionPolicyRequest, Policy, PolicyRules, SessionPolicy, UpdatePolicyRequest,
    evidence::Factor,
    policy::Scope,
    policy_rules::{CodeMode, Requirement, Uncertain},
};
use rollcall_tests::{Answer as _, actor::Actor};
use uuid::Uuid;

/// Rules with these requirements, as an answer has them.
fn rules(requirements: &[&[Factor]]) -> PolicyRules {
    let requirement =
        |factors: &&[Factor]| Requirement { factors: factors.iter().map(|factor| (*factor).into()).collect() };
    PolicyRules {
        requirements: requirements.iter().map(requirement).collect(),
        uncertain: Uncertain::AcceptAndFlag.into(),
        code_mode: CodeMode::Lenient.into(),
        ..Default::default()
    }
}

/// What holds where nobody has said anything.
fn default_rules() -> PolicyRules {
    rules(&[&[Factor::Code, Factor::Otp], &[Factor::Geofence, Factor::AccessPoints]])
}

fn policy_for(scope: Scope, id: Option<Uuid>, rules: PolicyRules) -> CreatePolicyRequest {
    CreatePolicyRequest {
        scope: scope.into(),
        scope_id: id.map(|id| id.to_string()),
        is_shadow: false,
        rules: Some(rules),
    }
}

fn for_college(rules: PolicyRules) -> CreatePolicyRequest {
    policy_for(Scope::College, None, rules)
}

async fn make(admin: &Actor, request: CreatePolicyRequest) -> Policy {
    admin.policies().create_policy(request).await.answer()
}

/// Other rules for a policy.
fn change_to(id: &str, rules: PolicyRules) -> UpdatePolicyRequest {
    let policy = Policy { id: id.to_owned(), rules: Some(rules), ..Default::default() };
    UpdatePolicyRequest { policy: Some(policy), update_mask: None }
}

/// What a session's check-ins have to show.
async fn of_session(actor: &Actor, session: Uuid) -> SessionPolicy {
    let request = GetSessionPolicyRequest { session_id: session.to_string() };
    actor.policies().get_session_policy(request).await.answer()
}
