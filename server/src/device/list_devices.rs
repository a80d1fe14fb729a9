//! ListMyDevices and ListDevices.

use uuid::Uuid;

use super::{RESOURCE, rules, service::Service, store};
use crate::{
    entity::device::Model,
    principal::{Principal, Reach},
    problem::Problem,
};

impl Service {
    pub(super) async fn list_my_devices(&self, principal: &Principal) -> Result<Vec<Model>, Problem> {
        self.list(principal.college_id, principal.id).await
    }

    pub(super) async fn list_devices(&self, principal: &Principal, user_id: Uuid) -> Result<Vec<Model>, Problem> {
        self.check_reach(principal, user_id).await?;
        self.list(principal.college_id, user_id).await
    }

    async fn list(&self, college_id: Uuid, user_id: Uuid) -> Result<Vec<Model>, Problem> {
        let keys = store::list(self.store.database.reader(), college_id, user_id).await?;
        Ok(rules::settle(keys, self.clock.now()))
    }

    /// Refuses who may not act on a student's devices, as if there were none.
    pub(super) async fn check_reach(&self, principal: &Principal, user_id: Uuid) -> Result<(), Problem> {
        let (database, college_id) = (&self.store.database, principal.college_id);
        let may = match principal.reach() {
            Reach::College => store::is_person(database, college_id, user_id).await?,
            Reach::Teacher(id) => store::teaches(database, college_id, id, user_id, self.clock.now()).await?,
            Reach::Student(id) => id == user_id,
        };
        if may { Ok(()) } else { Err(Problem::not_found(RESOURCE)) }
    }
}
