//! GetSession.

use rollcall_proto::v1::Session;
use uuid::Uuid;

use super::{access::find_visible, convert, service::Service};
use crate::{
    principal::{Principal, Reach},
    problem::Problem,
};

impl Service {
    pub(super) async fn get_session(&self, principal: &Principal, id: Uuid) -> Result<Session, Problem> {
        let session = find_visible(&self.store, principal, id).await?;
        Ok(match principal.reach() {
            Reach::Student(_) => convert::for_student(session),
            Reach::Teacher(_) | Reach::College => convert::to_proto(session),
        })
    }
}
