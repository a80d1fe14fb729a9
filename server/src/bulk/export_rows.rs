//! ExportRows: leave a row in the audit → page by page in the order of the keys, so that memory holds one page at a time.

use std::pin::Pin;

use futures_util::Stream;
use rollcall_proto::google::api::HttpBody;
use tonic::Status;

use super::{
    formula,
    service::Service,
    table::{Cell, Page, Table},
};
use crate::{audit, lease::Lease, origin::Origin, principal::Principal, problem::Problem};

/// Without it some spreadsheets take UTF-8 for something else.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub type Bodies = Pin<Box<dyn Stream<Item = Result<HttpBody, Status>> + Send>>;

impl Service {
    pub(super) async fn export_rows<T: Table>(
        &self,
        principal: &Principal,
        lease: Lease,
        origin: Origin,
    ) -> Result<Bodies, Problem> {
        let (database, college_id) = (self.importer.store.database.clone(), principal.college_id);
        let row = audit::Row::by(principal, &origin, "rows.exported", self.clock.now());
        audit::write(&database, row.detail(serde_json::json!({"kind": T::NAME}))).await?;
        Ok(Box::pin(async_stream::try_stream! {
            let mut position = None;
            let mut is_first = true;
            loop {
                lease.check()?;
                let Page { rows, next } = T::page(&database, college_id, position).await?;
                let mut data = Vec::new();
                if std::mem::take(&mut is_first) {
                    data.extend_from_slice(BYTE_ORDER_MARK);
                    data.extend(header::<T>()?);
                }
                data.extend(lines(rows)?);
                yield HttpBody { content_type: "text/csv; charset=utf-8".to_owned(), data: data.into(), ..Default::default() };
                let Some(next) = next else { break };
                position = Some(next);
            }
        }))
    }
}

fn header<T: Table>() -> Result<Vec<u8>, Problem> {
    let names = T::COLUMNS.iter().filter(|column| column.exported);
    lines(vec![names.map(|column| Cell::Typed(column.name.to_owned())).collect()])
}

fn lines(rows: Vec<Vec<Cell>>) -> Result<Vec<u8>, Problem> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        let cells = row.into_iter().map(|cell| match cell {
            Cell::Text(text) => formula::neutralise(&text),
            Cell::Typed(text) => text,
        });
        writer.write_record(cells).map_err(Problem::internal)?;
    }
    writer.into_inner().map_err(Problem::internal)
}
