//! AuditService.

use rollcall_proto::v1::{ListAuditRowsRequest, ListAuditRowsResponse, audit_service_server::AuditService};
use tonic::{Request, Response, Status};

use crate::{keys::Keys, principal::Principal, store::Database};

/// What reading the audit needs.
#[derive(Clone)]
pub struct Service {
    pub database: Database,
    pub keys: Keys,
}

#[tonic::async_trait]
impl AuditService for Service {
    async fn list_audit_rows(
        &self,
        request: Request<ListAuditRowsRequest>,
    ) -> Result<Response<ListAuditRowsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_audit_rows(&principal, request.into_inner()).await?))
    }
}
