//! ExportLocations: every location in one reading → a row in the audit → pieces of a GeoJSON file.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::Stream;
use rollcall_proto::google::api::HttpBody;
use tonic::Status;

use super::{feature, service::Service, store};
use crate::{audit, origin::Origin, principal::Principal, problem::Problem};

pub type Pieces = Pin<Box<dyn Stream<Item = Result<HttpBody, Status>> + Send>>;

/// Pieces are about so long.
const PIECE_BYTES: usize = 64 * 1024;

impl Service {
    pub(super) async fn export_locations(&self, principal: &Principal, origin: Origin) -> Result<Pieces, Problem> {
        let locations = store::list_by_name(&self.store.database, principal.college_id).await?;
        let row = audit::Row::by(principal, &origin, "locations.exported", self.clock.now());
        audit::write(&self.store.database, row).await?;
        Ok(Box::pin(async_stream::try_stream! {
            let mut text = br#"{"type":"FeatureCollection","features":["#.to_vec();
            for (number, location) in locations.into_iter().enumerate() {
                text.extend_from_slice(if number == 0 { b"\n" } else { b",\n" });
                serde_json::to_writer(&mut text, &feature::of(location)).map_err(Problem::internal)?;
                if text.len() >= PIECE_BYTES {
                    yield piece(std::mem::take(&mut text));
                }
            }
            text.extend_from_slice(b"\n]}\n");
            yield piece(text);
        }))
    }
}

fn piece(text: Vec<u8>) -> HttpBody {
    HttpBody { content_type: "application/geo+json".to_owned(), data: Bytes::from(text), extensions: Vec::new() }
}
