//! UpdatePolicy: lock the college and the policy → check the rules → keep them as its next version, unless they are what it says already.

use rollcall_proto::v1::{Policy, UpdatePolicyRequest};
use serde_json::json;

use super::{RESOURCE, applied, convert, rules, service::Service, store};
use crate::{
    audit,
    entity::{
        policy::Model,
        policy_version::{Model as Version, Rules},
    },
    mask::Mask,
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::detach,
};

const WRITABLE: &[&str] = &[
    "rules",
    "rules.requirements",
    "rules.uncertain",
    "rules.settled_by",
    "rules.code_mode",
    "rules.late_grace_seconds",
    "rules.refused_flags",
];

impl Service {
    pub(super) async fn update_policy(
        &self,
        principal: &Principal,
        request: UpdatePolicyRequest,
        origin: Origin,
    ) -> Result<Policy, Problem> {
        let mask = Mask::read(request.update_mask.as_ref(), WRITABLE)?;
        let wanted = request.policy.unwrap_or_default();
        let id = crate::convert::id("policy.id", &wanted.id)?;
        if mask.has("rules") && wanted.rules.is_none() {
            return Err(Problem::invalid_field("policy.rules", "is required"));
        }
        let given = convert::rules_from_proto(&wanted.rules.clone().unwrap_or_default());
        let (college_id, now, author) = (principal.college_id, self.clock.now(), principal.id);
        let row = audit::Row::by(principal, &origin, "policy.updated", now).object(RESOURCE, id);
        let store = self.store.clone();
        detach(async move {
            let changed = store
                .database
                .write(move |tx| {
                    Box::pin(async move {
                        // What the rules ask for is not switched off meanwhile.
                        let college = organisation::lock_college(tx, college_id).await?;
                        let policy = store::lock(tx, college_id, id).await?;
                        let current = store::find_version(tx, college_id, id, policy.version).await?;
                        check_rest(&wanted, &convert::to_proto(policy.clone(), current.clone()))?;
                        let rules = apply(current.rules.clone(), given, &mask);
                        rules::check(&rules, &college.factors_off(), "policy.")?;
                        if rules == current.rules {
                            return Ok(convert::to_proto(policy, current));
                        }
                        let number = policy.version + 1;
                        let version =
                            Version { version: number, rules, created_by: author, created_at: now, ..current };
                        store::insert_version(tx, version.clone()).await?;
                        store::take_version(tx, college_id, id, number, now).await?;
                        audit::insert(tx, row.detail(json!({"version": number, "rules": version.rules}))).await?;
                        Ok(convert::to_proto(Model { version: number, updated_at: now, ..policy }, version))
                    })
                })
                .await?;
            applied::outdate(&store, college_id).await;
            Ok(changed)
        })
        .await
    }
}

/// The rules whole, or those of their fields that are named.
fn apply(mut rules: Rules, given: Rules, mask: &Mask) -> Rules {
    if mask.has("rules") {
        return given;
    }
    mask.put("rules.requirements", &mut rules.requirements, given.requirements);
    mask.put("rules.uncertain", &mut rules.uncertain, given.uncertain);
    mask.put("rules.settled_by", &mut rules.settled_by, given.settled_by);
    mask.put("rules.code_mode", &mut rules.code_mode, given.code_mode);
    mask.put("rules.late_grace_seconds", &mut rules.late_grace_seconds, given.late_grace_seconds);
    mask.put("rules.refused_flags", &mut rules.refused_flags, given.refused_flags);
    rules
}

/// Whoever replaces a policy may send back what never changes, as long as it is what is there: what differs is refused, so that
/// nobody believes to have changed it. With the version sent back, of two who change a policy at once the slower one is told.
fn check_rest(wanted: &Policy, current: &Policy) -> Result<(), Problem> {
    let Policy { scope, scope_id, is_shadow, version, created_at, updated_at, deleted_at, .. } = wanted;
    for (field, is_other) in [
        ("scope", *scope != 0 && *scope != current.scope),
        ("scope_id", scope_id.as_ref().is_some_and(|id| !id.eq_ignore_ascii_case(current.scope_id()))),
        ("is_shadow", is_shadow.is_some() && *is_shadow != current.is_shadow),
        ("version", *version != 0 && *version != current.version),
        ("created_at", created_at.is_some() && *created_at != current.created_at),
        ("updated_at", updated_at.is_some() && *updated_at != current.updated_at),
        ("deleted_at", deleted_at.is_some()),
    ] {
        if is_other {
            return Err(Problem::invalid_field(
                &format!("policy.{field}"),
                "is not what the policy has, and cannot be changed",
            ));
        }
    }
    Ok(())
}
