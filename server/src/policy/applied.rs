//! Which rules apply to a session.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{ColumnTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::store::list_newest;
use crate::{
    entity::{
        policy::{self, Scope},
        policy_version::Rules,
        session,
    },
    problem::Problem,
    store::{CacheKey, Database, Store},
};

/// Rules, and which version of which policy has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// None for the default, which is no policy.
    pub version: Option<(Uuid, i32)>,
    pub rules: Rules,
}

/// All policies of a college that are in force. There are few.
type InForce = HashMap<(Scope, Uuid), Arc<Applied>>;

struct All {
    college_id: Uuid,
}

impl CacheKey for All {
    type Value = InForce;

    const KIND: &'static str = "policies";

    fn college_id(&self) -> Uuid {
        self.college_id
    }

    fn name(&self) -> String {
        String::new()
    }

    fn weight(policies: &Self::Value) -> u32 {
        1 + u32::try_from(policies.len()).unwrap_or(u32::MAX - 1)
    }
}

/// What applies to a session, perhaps as it was some seconds ago.
pub async fn load_applied(store: &Store, session: &session::Model) -> Result<Arc<Applied>, Problem> {
    let college_id = session.college_id;
    let in_force = store.cache.get(&All { college_id }, || list_in_force(&store.database, college_id)).await?;
    Ok(choose(&in_force, session))
}

/// What applies to it now.
pub async fn refresh_applied(store: &Store, session: &session::Model) -> Result<Arc<Applied>, Problem> {
    let college_id = session.college_id;
    let in_force = store.cache.reload(&All { college_id }, || list_in_force(&store.database, college_id)).await?;
    Ok(choose(&in_force, session))
}

/// Drops the copies of a college's policies, of which one has changed.
pub(super) async fn outdate(store: &Store, college_id: Uuid) {
    store.cache.outdate(&All { college_id }).await;
}

/// The narrowest.
fn choose(in_force: &InForce, session: &session::Model) -> Arc<Applied> {
    let scopes = [
        Some((Scope::Session, session.id)),
        session.timetable_id.map(|id| (Scope::Timetable, id)),
        Some((Scope::Division, session.division_id)),
        Some((Scope::College, session.college_id)),
    ];
    scopes.into_iter().flatten().find_map(|scope| in_force.get(&scope).cloned()).unwrap_or_default()
}

async fn list_in_force(database: &Database, college_id: Uuid) -> Result<InForce, Problem> {
    let policies = policy::in_college(college_id)
        .filter(policy::Column::DeletedAt.is_null())
        .filter(policy::Column::IsShadow.eq(false))
        .all(database.reader())
        .await?;
    let mut newest = list_newest(database.reader(), college_id, &policies).await?;
    let in_force = policies.into_iter().filter_map(|policy| {
        let rules = newest.remove(&policy.id)?.rules;
        let applied = Applied { version: Some((policy.id, policy.version)), rules };
        Some(((policy.scope, policy.scope_id), Arc::new(applied)))
    });
    Ok(in_force.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_policy_applies() {
        let session = session::Model {
            timetable_id: Some(Uuid::from_u128(7)),
            ..session::Model::example(chrono::DateTime::UNIX_EPOCH)
        };
        let scopes = [
            (Scope::College, session.college_id),
            (Scope::Division, session.division_id),
            (Scope::Timetable, Uuid::from_u128(7)),
            (Scope::Session, session.id),
        ];
        let mut in_force = InForce::new();
        assert_eq!(choose(&in_force, &session).version, None);
        for (number, scope) in (1..).zip(scopes) {
            let version = Some((Uuid::nil(), number));
            in_force.insert(scope, Arc::new(Applied { version, ..Applied::default() }));
            // One of something else changes nothing.
            in_force.insert((scope.0, Uuid::from_u128(99)), Arc::default());
            assert_eq!(choose(&in_force, &session).version, version);
        }
    }
}
