//! CreateDailyRecord: read the status and the day → store, with those that come at the same time → say what was done.

use rollcall_proto::v1::{CreateDailyRecordRequest, CreateDailyRecordResponse};

use super::{
    convert::to_proto,
    rules,
    service::Service,
    writer::{Change, Entry},
};
use crate::{origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn create_daily_record(
        &self,
        principal: Principal,
        request: CreateDailyRecordRequest,
        origin: Origin,
    ) -> Result<CreateDailyRecordResponse, Problem> {
        let now = self.clock.now();
        let kind = rules::kind(&request.status);
        let kind = kind.ok_or_else(|| Problem::invalid_field("status", rules::STATUS_FAULT))?;
        let date = rules::day(&request.date, now.date_naive());
        let date = date.map_err(|fault| Problem::invalid_field("date", fault))?;
        let (id, status) = (request.id, request.status);
        let entry = Entry {
            principal,
            origin,
            external_id: id.clone(),
            name: request.name,
            date,
            kind,
            status: status.clone(),
            now,
        };
        let stored = self.writer.store(entry).await?;
        let stored =
            stored.ok_or_else(|| Problem::invalid_field("name", "is required for an id that is not known yet"))?;
        let message = match stored.change {
            Change::Made => format!("The record of {date} was made."),
            Change::Replaced { from } => {
                format!("The record of {date} was replaced: it was {from} and is {status} now.")
            }
            Change::None => format!("The record of {date} was there already."),
        };
        Ok(CreateDailyRecordResponse { message, record: Some(to_proto(id, stored.name, status, date)) })
    }
}
