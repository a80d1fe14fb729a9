//! CreatePolicy, GetPolicy, ListPolicies, ListPolicyVersions, UpdatePolicy and DeletePolicy.

use futures_util::future::join_all;
use http::Method;
use rollcall_proto::v1::{
    CreatePolicyRequest, DeleteDivisionRequest, DeletePolicyRequest, GetPolicyRequest, ListPoliciesRequest,
    ListPolicyVersionsRequest, Policy, PolicyVersion,
    evidence::Factor::{Code, Geofence, Otp},
    policy::Scope,
};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, in_every_world, on_both_stores, world::Plan,
};
use serde_json::json;
use tonic::Code as Grpc;

use super::{change_to, for_college, make, policy_for, rules};

in_every_world!(are_made_changed_and_deleted, two_who_change_one_make_two_versions);
on_both_stores!(
    are_listed_by_what_they_are_for,
    change_in_part_or_whole,
    are_audited,
    are_of_one_college,
    go_with_their_division
);

async fn get(admin: &Actor, id: &str, version: Option<i32>) -> Policy {
    admin.policies().get_policy(GetPolicyRequest { id: id.to_owned(), version }).await.answer()
}

async fn versions(admin: &Actor, id: &str) -> Vec<PolicyVersion> {
    let request = ListPolicyVersionsRequest { policy_id: id.to_owned(), ..Default::default() };
    admin.policies().list_policy_versions(request).await.answer().versions
}

async fn are_made_changed_and_deleted(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let made = make(&admin, for_college(rules(&[&[Code]]))).await;
    let expected = Policy {
        id: made.id.clone(),
        scope: Scope::College.into(),
        scope_id: None,
        is_shadow: Some(false),
        rules: Some(rules(&[&[Code]])),
        version: 1,
        created_at: made.created_at,
        updated_at: made.created_at,
        deleted_at: None,
    };
    assert_eq!((&made, &get(&admin, &made.id, None).await), (&expected, &expected));

    let same = admin.policies().update_policy(change_to(&made.id, rules(&[&[Code]]))).await.answer();
    assert_eq!(same, made, "the same rules are no new version");
    let changed = admin.policies().update_policy(change_to(&made.id, rules(&[&[Code, Otp]]))).await.answer();
    let expected =
        Policy { rules: Some(rules(&[&[Code, Otp]])), version: 2, updated_at: changed.updated_at, ..expected };
    assert_eq!((&changed, &get(&admin, &made.id, None).await), (&expected, &expected));
    assert_eq!(
        get(&admin, &made.id, Some(1)).await,
        Policy { rules: made.rules.clone(), version: 1, ..changed.clone() }
    );
    let unknown = GetPolicyRequest { id: made.id.clone(), version: Some(3) };
    assert_eq!(admin.policies().get_policy(unknown).await.refused().kind(), (Grpc::NotFound, "NOT_FOUND"));

    let again = admin.policies().create_policy(for_college(rules(&[&[Otp]]))).await.refused();
    assert_eq!(again.kind(), (Grpc::AlreadyExists, "ALREADY_EXISTS"));
    assert_eq!((again.told("resource"), again.told("field")), ("policy", "scope_id"));

    let delete = DeletePolicyRequest { id: made.id.clone() };
    admin.policies().delete_policy(delete.clone()).await.answer();
    let gone = get(&admin, &made.id, None).await;
    assert!(gone.deleted_at.is_some() && gone.updated_at == gone.deleted_at, "{gone:?}");
    assert_eq!(versions(&admin, &made.id).await.len(), 2, "records name its versions");
    for refusal in [
        admin.policies().delete_policy(delete).await.refused(),
        admin.policies().update_policy(change_to(&made.id, rules(&[&[Otp]]))).await.refused(),
    ] {
        assert_eq!((refusal.kind(), refusal.told("resource")), ((Grpc::NotFound, "NOT_FOUND"), "policy"));
    }
    let listed = admin.policies().list_policies(ListPoliciesRequest::default()).await.answer();
    assert_eq!(listed.policies, []);
    make(&admin, for_college(rules(&[&[Otp]]))).await;
}

async fn two_who_change_one_make_two_versions(kind: Kind) {
    const AT_ONCE: i32 = 8;
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let policy = make(&admin, for_college(rules(&[&[Code]]))).await;
    let change = async |grace: i32| {
        let mut other = rules(&[&[Code]]);
        other.late_grace_seconds = Some(grace);
        class.admin().on_own_line().policies().update_policy(change_to(&policy.id, other)).await.answer()
    };
    let mut changed = join_all((0..AT_ONCE).map(change)).await;
    changed.sort_by_key(|policy| policy.version);
    let kept = versions(&admin, &policy.id).await;
    let numbers: Vec<i32> = kept.iter().map(|version| version.version).collect();
    assert_eq!(numbers, (1..=AT_ONCE + 1).rev().collect::<Vec<_>>(), "each made one of its own");
    for answered in &changed {
        let version = kept.iter().find(|version| version.version == answered.version).expect("the version");
        assert_eq!(version.rules, answered.rules);
        assert_eq!(version.created_by, class.college.admin.id.to_string());
    }
    assert_eq!(get(&admin, &policy.id, None).await, *changed.last().expect("one"));

    // Who sends the version back that they have read is told that somebody was faster.
    let rest = admin.rest();
    let path = format!("/api/v1/policies/{}", policy.id);
    let mut read = rest.get(&path).await.answer();
    admin.policies().update_policy(change_to(&policy.id, rules(&[&[Otp]]))).await.answer();
    read["rules"]["requirements"] = json!([{"factors": ["CODE", "OTP"]}]);
    let refusal = rest.send(rest.request(Method::PUT, &path).json(&read)).await.refused();
    assert_eq!(refusal.kind(), (Grpc::InvalidArgument, "INVALID_FIELD"));
    assert_eq!(refusal.violations[0].0, "version");
    assert_eq!(get(&admin, &policy.id, None).await.rules, Some(rules(&[&[Otp]])));
}

async fn are_listed_by_what_they_are_for(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let (division, session) = (class.college.division.id, class.session_id());
    let mut made = Vec::new();
    for (scope, id) in [(Scope::College, None), (Scope::Division, Some(division)), (Scope::Session, Some(session))] {
        for is_shadow in [false, true] {
            let request = CreatePolicyRequest { is_shadow, ..policy_for(scope, id, rules(&[&[Code]])) };
            made.push(make(&admin, request).await);
        }
    }
    made.reverse();
    let list = async |request: ListPoliciesRequest| admin.policies().list_policies(request).await.answer();
    assert_eq!(list(ListPoliciesRequest::default()).await.policies, made);
    let of =
        |wanted: &dyn Fn(&Policy) -> bool| made.iter().filter(|policy| wanted(policy)).cloned().collect::<Vec<_>>();
    let division_text = division.to_string();
    let cases = [
        (
            ListPoliciesRequest { scope: Scope::Division.into(), ..Default::default() },
            of(&|policy| policy.scope() == Scope::Division),
        ),
        (ListPoliciesRequest { is_shadow: Some(true), ..Default::default() }, of(&|policy| policy.is_shadow())),
        (ListPoliciesRequest { is_shadow: Some(false), ..Default::default() }, of(&|policy| !policy.is_shadow())),
        (
            ListPoliciesRequest { scope_id: Some(division_text.clone()), ..Default::default() },
            of(&|policy| policy.scope_id.as_ref() == Some(&division_text)),
        ),
    ];
    for (request, expected) in cases {
        assert!(!expected.is_empty());
        assert_eq!(list(request.clone()).await.policies, expected, "{request:?}");
    }
    let (mut paged, mut request) = (Vec::new(), ListPoliciesRequest { page_size: 4, ..Default::default() });
    loop {
        let page = list(request.clone()).await;
        paged.extend(page.policies);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, made);
}

async fn change_in_part_or_whole(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let request =
        json!({"scope": "COLLEGE", "rules": {"requirements": [{"factors": ["CODE"]}], "code_mode": "STRICT"}});
    let made = rest.post("/api/v1/policies", &request).await.answer();
    let path = format!("/api/v1/policies/{}", made["id"].as_str().expect("an id"));
    let send = async |method: Method, body: serde_json::Value| {
        rest.send(rest.request(method, &path).json(&body)).await.answer()["rules"].clone()
    };
    let patched = send(Method::PATCH, json!({"rules": {"lateGraceSeconds": 60}})).await;
    let mut expected = made["rules"].clone();
    expected["late_grace_seconds"] = json!(60);
    assert_eq!(patched, expected, "a PATCH leaves what its body does not name");
    let put = send(Method::PUT, json!({"rules": {"requirements": [{"factors": ["OTP"]}]}})).await;
    let fresh = json!({"scope": "COLLEGE", "is_shadow": true, "rules": {"requirements": [{"factors": ["OTP"]}]}});
    assert_eq!(put, rest.post("/api/v1/policies", &fresh).await.answer()["rules"], "a PUT replaces the rules");
    let whole = rest.get(&path).await.answer();
    assert_eq!(send(Method::PUT, whole.clone()).await, whole["rules"], "what was read can be sent back");
    assert_eq!(rest.get(&path).await.answer(), whole);
}

async fn are_audited(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let policy = make(&admin, for_college(rules(&[&[Code]]))).await;
    admin.policies().update_policy(change_to(&policy.id, rules(&[&[Code], &[Geofence]]))).await.answer();
    admin.policies().update_policy(change_to(&policy.id, rules(&[&[Code], &[Geofence]]))).await.answer();
    admin.policies().delete_policy(DeletePolicyRequest { id: policy.id.clone() }).await.answer();
    let path = format!("/api/v1/audit?action=policy.&object_id={}", policy.id);
    let told = admin.rest().get(&path).await.answer();
    let rows = told["audit_rows"].as_array().expect("rows");
    let actions: Vec<_> = rows.iter().map(|row| row["action"].as_str().expect("an action")).collect();
    assert_eq!(actions, ["policy.deleted", "policy.updated", "policy.created"], "what changed nothing leaves no row");
    assert_eq!(rows[1]["detail"]["version"], 2);
    assert_eq!(rows[1]["detail"]["rules"]["requirements"], json!([["CODE"], ["GEOFENCE"]]));
    assert_eq!(rows[2]["detail"]["scope"], "COLLEGE");
}

async fn are_of_one_college(kind: Kind) {
    let (college, other) = (College::new("riverside", 1), College::new("hillside", 0));
    let class = Class { world: Plan::new(kind).start(&[&college, &other]).await, college };
    let stranger = class.world.actor(&other.admin);
    let policy = make(&class.admin(), for_college(rules(&[&[Code]]))).await;
    let list = ListPoliciesRequest::default();
    assert_eq!(stranger.policies().list_policies(list).await.answer().policies, []);
    // What another college has to show changes nothing here.
    make(&stranger, for_college(rules(&[&[Otp]]))).await;
    assert_eq!(super::of_session(&class.student(0), class.session_id()).await.policy_id, policy.id);
    for (scope, id) in [
        (Scope::Division, class.college.division.id),
        (Scope::Session, class.session_id()),
        (Scope::Timetable, class.session_id()),
    ] {
        let refusal = stranger.policies().create_policy(policy_for(scope, Some(id), rules(&[&[Code]]))).await.refused();
        assert_eq!(refusal.kind(), (Grpc::NotFound, "NOT_FOUND"), "{scope:?}");
        assert_eq!(refusal.told("resource"), scope.as_str_name().to_lowercase());
    }
}

/// What was decided by it can still be read; it is in nobody's list, and not counted among those that a college may have.
async fn go_with_their_division(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let (admin, division) = (class.admin(), class.college.other_division.id);
    let made = make(&admin, policy_for(Scope::Division, Some(division), rules(&[&[Code]]))).await;
    let kept = make(&admin, policy_for(Scope::Division, Some(class.college.division.id), rules(&[&[Code]]))).await;
    admin.divisions().delete_division(DeleteDivisionRequest { id: division.to_string() }).await.answer();
    let listed = admin.policies().list_policies(ListPoliciesRequest::default()).await.answer().policies;
    assert_eq!(listed.iter().map(|policy| policy.id.as_str()).collect::<Vec<_>>(), [kept.id.as_str()]);
    assert!(get(&admin, &made.id, None).await.deleted_at.is_some());
}
