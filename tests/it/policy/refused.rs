//! Rules that cannot be, and policies for nothing.

use http::Method;
use rollcall_proto::v1::{
    CreatePolicyRequest, DeletePolicyRequest, PolicyRules,
    attendance_record::Flag,
    evidence::Factor::{self, AccessPoints, Code, Device, Face, Geofence, Network, Otp, Travel, Unspecified},
    policy::Scope,
    policy_rules::{CodeMode, Uncertain},
};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal, actor::Actor, college::College, in_one_world, on_both_stores, rest::Reply,
    seed::State, world::Plan,
};
use serde_json::{Value, json};
use tonic::Code as Grpc;
use uuid::Uuid;

use super::{change_to, default_rules, for_college, make, policy_for, rules};

on_both_stores!(
    rules_that_cannot_be_are_told_by_their_fields,
    what_is_asked_for_is_what_the_college_offers,
    what_a_policy_needs_is_not_switched_off
);
in_one_world!(a_policy_is_for_something);

fn fields(refusal: &Refusal) -> Vec<&str> {
    refusal.violations.iter().map(|(field, _)| field.as_str()).collect()
}

async fn rules_that_cannot_be_are_told_by_their_fields(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let spare = make(&admin, CreatePolicyRequest { is_shadow: true, ..for_college(rules(&[&[Code]])) }).await;
    let of = |change: fn(&mut PolicyRules)| {
        let mut changed = default_rules();
        change(&mut changed);
        changed
    };
    let cases: Vec<(PolicyRules, &[&str])> = vec![
        (rules(&[]), &["rules.requirements"]),
        (rules(&[&[Code], &[]]), &["rules.requirements[1].factors"]),
        (rules(&[&[Code, Code]]), &["rules.requirements[0].factors[1]"]),
        (rules(&[&[Code], &[Travel]]), &["rules.requirements[1].factors[0]"]),
        (rules(&[&[Code], &[Unspecified]]), &["rules.requirements[1].factors[0]"]),
        (rules(&[&[AccessPoints]]), &["rules.requirements"]),
        (rules(&[&[Geofence]]), &["rules.requirements"]),
        (rules(&[&[Code, AccessPoints]]), &["rules.requirements"]),
        (rules(&[&[Code], &[Code, Otp]]), &["rules.requirements[1].factors"]),
        (rules(&[&[Code], &[Face]]), &["rules.requirements[1].factors"]),
        (of(|rules| rules.settled_by = vec![Device.into()]), &["rules.settled_by"]),
        (
            of(|rules| {
                rules.uncertain = Uncertain::AskForMore.into();
                rules.settled_by = vec![Code.into(), Travel.into()];
            }),
            &["rules.settled_by[1]", "rules.settled_by[0]"],
        ),
        (
            of(|rules| {
                rules.requirements.remove(0);
                rules.requirements[0].factors = vec![Otp.into()];
                rules.code_mode = CodeMode::Challenge.into();
            }),
            &["rules.code_mode"],
        ),
        (of(|rules| rules.refused_flags = vec![Flag::Uncertain.into()]), &["rules.refused_flags[0]"]),
        (of(|rules| rules.refused_flags = vec![Flag::Offline.into(); 2]), &["rules.refused_flags[1]"]),
    ];
    for (bad, expected) in cases {
        let refusal = admin.policies().create_policy(for_college(bad.clone())).await.refused();
        assert_eq!(refusal.kind(), (Grpc::InvalidArgument, "POLICY_UNSATISFIABLE"), "{bad:?}");
        assert_eq!(fields(&refusal), expected, "{bad:?}");
        let refusal = admin.policies().update_policy(change_to(&spare.id, bad.clone())).await.refused();
        assert_eq!(refusal.kind(), (Grpc::InvalidArgument, "POLICY_UNSATISFIABLE"), "{bad:?}");
        let prefixed: Vec<_> = expected.iter().map(|field| format!("policy.{field}")).collect();
        assert_eq!(fields(&refusal), prefixed, "{bad:?}");
    }
    let rest = admin.rest();
    let path = format!("/api/v1/policies/{}", spare.id);
    for (bad, reason, field) in [
        (json!({"requirements": [{"factors": ["GEOFENCE"]}]}), "POLICY_UNSATISFIABLE", "rules.requirements"),
        (json!({"late_grace_seconds": 86_401}), "INVALID_FIELD", "rules.late_grace_seconds"),
        (json!({"late_grace_seconds": -1}), "INVALID_FIELD", "rules.late_grace_seconds"),
    ] {
        let refusal = rest.send(rest.request(Method::PATCH, &path).json(&json!({"rules": bad}))).await.refused();
        assert_eq!(refusal.kind(), (Grpc::InvalidArgument, reason), "{bad}");
        assert_eq!(fields(&refusal), [field], "{bad}");
    }
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM policy_versions").await, 1, "nothing was kept");
}

/// A factor that a college offers by a setting, with the setting switched on and off.
fn offers() -> [(Factor, Value, Value); 2] {
    [
        (Face, json!({"face_enabled": true}), json!({"face_enabled": false})),
        (Network, json!({"campus_networks": ["203.0.113.0/24"]}), json!({"campus_networks": []})),
    ]
}

async fn set(admin: &Actor, setting: &Value) -> Reply {
    let rest = admin.rest();
    rest.send(rest.request(Method::PATCH, "/api/v1/college").json(setting)).await
}

async fn what_is_asked_for_is_what_the_college_offers(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    for (factor, on, _) in offers() {
        let needs = || CreatePolicyRequest { is_shadow: factor == Face, ..for_college(rules(&[&[Code], &[factor]])) };
        let refusal = admin.policies().create_policy(needs()).await.refused();
        assert_eq!(refusal.kind(), (Grpc::InvalidArgument, "POLICY_UNSATISFIABLE"));
        // Beside another way it may be offered.
        let beside = policy_for(Scope::Session, Some(class.session_id()), rules(&[&[Code], &[factor, Geofence]]));
        make(&admin, CreatePolicyRequest { is_shadow: factor == Face, ..beside }).await;
        set(&admin, &on).await.answer();
        make(&admin, needs()).await;
    }
}

async fn what_a_policy_needs_is_not_switched_off(kind: Kind) {
    let mut college = College::new("riverside", 0);
    let over = college.another_session(State::Completed);
    let class = Class::of(Plan::new(kind), college).await;
    let admin = class.admin();
    for (factor, on, off) in offers() {
        set(&admin, &on).await.answer();
        let needs = || rules(&[&[Code], &[factor]]);
        // What decides nothing, any more or at all, and what has another way, holds nothing up.
        let shadow = make(&admin, CreatePolicyRequest { is_shadow: true, ..for_college(needs()) }).await;
        let past = make(&admin, policy_for(Scope::Session, Some(over.id), needs())).await;
        let policy = make(&admin, for_college(rules(&[&[Code], &[factor, Geofence]]))).await;
        set(&admin, &off).await.answer();
        set(&admin, &on).await.answer();
        admin.policies().update_policy(change_to(&policy.id, needs())).await.answer();
        let refusal = set(&admin, &off).await.refused();
        assert_eq!(refusal.kind(), (Grpc::FailedPrecondition, "NEEDED_BY_POLICY"), "{factor:?}");
        assert_eq!(refusal.told("policy_id"), policy.id);
        assert_eq!(refusal.told("factors"), factor.as_str_name());
        set(&admin, &json!({"name": "Riverside"})).await.answer();
        for id in [shadow.id, past.id, policy.id] {
            admin.policies().delete_policy(DeletePolicyRequest { id }).await.answer();
        }
        set(&admin, &off).await.answer();
    }
}

async fn a_policy_is_for_something(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let any = || rules(&[&[Code]]);
    for (request, field) in [
        (policy_for(Scope::Unspecified, None, any()), "scope"),
        (policy_for(Scope::College, Some(class.college.college.id), any()), "scope_id"),
        (policy_for(Scope::Division, None, any()), "scope_id"),
        (policy_for(Scope::Timetable, None, any()), "scope_id"),
        (policy_for(Scope::Session, None, any()), "scope_id"),
        (CreatePolicyRequest { rules: None, ..for_college(any()) }, "rules"),
    ] {
        let refusal = admin.policies().create_policy(request.clone()).await.refused();
        assert_eq!(refusal.kind(), (Grpc::InvalidArgument, "INVALID_FIELD"), "{request:?}");
        assert_eq!(fields(&refusal), [field], "{request:?}");
    }
    for scope in [Scope::Division, Scope::Timetable, Scope::Session] {
        let refusal = admin.policies().create_policy(policy_for(scope, Some(Uuid::now_v7()), any())).await.refused();
        assert_eq!(refusal.kind(), (Grpc::NotFound, "NOT_FOUND"), "{scope:?}");
    }
    let days: Value =
        json!({"scope": "COLLEGE", "is_shadow": true, "rules": {"requirements": [{"factors": ["CODE"]}]}});
    let shadow = admin.rest().post("/api/v1/policies", &days).await.answer();
    let id = shadow["id"].as_str().expect("an id");
    for (query, field) in [
        ("from=2026-01-02&to=2026-01-01", "to"),
        ("from=2026-01-02", "to"),
        ("to=2026-01-02", "from"),
        ("from=2026-02-30&to=2026-03-01", "from"),
    ] {
        let refusal = admin.rest().get(&format!("/api/v1/policies/{id}:compare?{query}")).await.refused();
        assert_eq!(refusal.kind(), (Grpc::InvalidArgument, "INVALID_FIELD"), "{query}");
        assert_eq!(fields(&refusal), [field], "{query}");
    }
}
