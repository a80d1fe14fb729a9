//! GetPolicy: also one that was deleted, because records name it.

use rollcall_proto::v1::Policy;
use uuid::Uuid;

use super::{convert::to_proto, service::Service, store};
use crate::{principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn get_policy(
        &self,
        principal: &Principal,
        id: Uuid,
        version: Option<i32>,
    ) -> Result<Policy, Problem> {
        let college_id = principal.college_id;
        let policy = store::find(&self.store.database, college_id, id).await?;
        let wanted = version.unwrap_or(policy.version);
        let version = store::find_version(self.store.database.reader(), college_id, id, wanted).await?;
        Ok(to_proto(policy, version))
    }
}
