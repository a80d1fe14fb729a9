//! DownloadExcuseDocument: who may see the excuse reads its document, part by part, and leaves a row in the audit.

use std::pin::Pin;

use futures_util::Stream;
use rollcall_proto::google::api::HttpBody;
use sha2::{Digest as _, Sha256};
use tonic::Status;
use uuid::Uuid;

use super::{
    RESOURCE,
    convert::{content_type, extension},
    service::Service,
};
use crate::{audit, entity::excuse::Model, origin::Origin, principal::Principal, problem::Problem};

/// So much of a document is in memory for each who reads one.
const PART_BYTES: u64 = 512 * 1024;

pub type Parts = Pin<Box<dyn Stream<Item = Result<HttpBody, Status>> + Send>>;

/// A document on its way.
pub struct Download {
    /// What it is saved as.
    pub file_name: String,
    pub parts: Parts,
}

impl Service {
    pub(super) async fn download_excuse_document(
        &self,
        principal: &Principal,
        id: Uuid,
        origin: Origin,
    ) -> Result<Download, Problem> {
        let excuse = self.get_excuse(principal, id).await?;
        let (Some(key), Some(kind)) = (excuse.document_key, excuse.document_type) else {
            return Err(Problem::not_found("document"));
        };
        let row = audit::Row::by(principal, &origin, "excuse.document_read", self.clock.now());
        audit::write(&self.store.database, row.object(RESOURCE, id)).await?;
        let Model { document_bytes, document_sha256, .. } = excuse;
        let length = u64::try_from(document_bytes.unwrap_or_default()).unwrap_or_default();
        let documents = self.documents.clone();
        let parts = async_stream::try_stream! {
            let (mut at, mut hash) = (0, Sha256::new());
            while at < length {
                let part = documents.read(key, at..(at + PART_BYTES).min(length)).await?;
                hash.update(&part);
                at += PART_BYTES;
                // It ends as a broken transfer, never as if it were the document.
                if at >= length && Some(&*hash.finalize_reset()) != document_sha256.as_deref() {
                    Err(Problem::internal(format!("the document {key} is not what was handed in")))?;
                }
                yield HttpBody { content_type: content_type(kind).to_owned(), data: part, ..Default::default() };
            }
        };
        Ok(Download { file_name: format!("excuse-{id}.{}", extension(kind)), parts: Box::pin(parts) })
    }
}
