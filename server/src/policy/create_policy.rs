//! CreatePolicy: check the rules → is there what it is for? → insert it with its first version; the database refuses a second
//! one for the same.

use rollcall_proto::v1::{CreatePolicyRequest, Policy};
use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, applied, convert, rules, service::Service, store};
use crate::{
    audit,
    convert::optional_id,
    entity::{
        policy::{Model, Scope},
        policy_version::Model as Version,
    },
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::detach,
};

impl Service {
    pub(super) async fn create_policy(
        &self,
        principal: &Principal,
        request: CreatePolicyRequest,
        origin: Origin,
    ) -> Result<Policy, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let scope = convert::scope_from_proto(request.scope())
            .ok_or_else(|| Problem::invalid_field("scope", "must be one of the scopes, such as COLLEGE"))?;
        let scope_id = match (scope, optional_id("scope_id", request.scope_id.as_deref())?) {
            (Scope::College, None) => college_id,
            (Scope::College, Some(_)) => {
                return Err(Problem::invalid_field("scope_id", "must be left out for COLLEGE"));
            }
            (_, None) => return Err(Problem::invalid_field("scope_id", "is required but for COLLEGE")),
            (_, Some(id)) => id,
        };
        let rules = convert::rules_from_proto(&request.rules.unwrap_or_default());
        let policy = Model {
            college_id,
            id: Uuid::now_v7(),
            scope,
            scope_id,
            is_shadow: request.is_shadow,
            version: 1,
            deleted_at: None,
            created_at: now,
            updated_at: now,
        };
        let version = Version {
            college_id,
            policy_id: policy.id,
            version: policy.version,
            rules,
            created_by: principal.id,
            created_at: now,
        };
        let row = audit::Row::by(principal, &origin, "policy.created", now).object(RESOURCE, policy.id).detail(json!({
            "scope": convert::scope_to_proto(scope).as_str_name(),
            "scope_id": scope_id,
            "is_shadow": policy.is_shadow,
            "version": version.version,
            "rules": version.rules,
        }));
        let store = self.store.clone();
        detach(async move {
            let made = (policy.clone(), version.clone());
            store
                .database
                .write(move |tx| {
                    Box::pin(async move {
                        let (policy, version) = made;
                        let college = organisation::lock_college(tx, college_id).await?;
                        rules::check(&version.rules, &college.factors_off(), "")?;
                        store::check_scope(tx, college_id, scope, scope_id).await?;
                        store::check_room(tx, college_id).await?;
                        store::insert(tx, policy).await?;
                        store::insert_version(tx, version).await?;
                        audit::insert(tx, row).await
                    })
                })
                .await?;
            applied::outdate(&store, college_id).await;
            Ok(convert::to_proto(policy, version))
        })
        .await
    }
}
