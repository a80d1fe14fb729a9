//! GetSession.

use rollcall_proto::v1::Session;
use uuid::Uuid;

use super::{RESOURCE, access::is_enrolled, convert, rules, service::Service, store};
use crate::{
    principal::{Principal, Reach},
    problem::Problem,
};

impl Service {
    /// Students see the sessions of their divisions, teachers their own; what somebody may not see is not there.
    pub(super) async fn get_session(&self, principal: &Principal, id: Uuid) -> Result<Session, Problem> {
        let session = store::find(&self.store.database, principal.college_id, id).await?;
        match principal.reach() {
            Reach::Student(id) if is_enrolled(&self.store, &session, id).await? => Ok(convert::for_student(session)),
            Reach::Teacher(_) | Reach::College if rules::teaches(principal, &session) => Ok(convert::to_proto(session)),
            _ => Err(Problem::not_found(RESOURCE)),
        }
    }
}
