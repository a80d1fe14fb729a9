//! Changes of records as the contract writes them.

use rollcall_proto::v1::{RecordChange, record_change as proto};

use crate::{
    checkin::status_to_proto,
    convert::timestamp,
    entity::record_change::{Model, Source},
};

pub fn change_to_proto(change: Model) -> RecordChange {
    RecordChange {
        id: change.id.to_string(),
        record_id: change.record_id.to_string(),
        from_status: change.from_status.map(status_to_proto).unwrap_or_default().into(),
        to_status: status_to_proto(change.to_status).into(),
        reason: change.reason,
        source: source_to_proto(change.source).into(),
        changed_by: change.changed_by.map(|id| id.to_string()).unwrap_or_default(),
        changed_at: Some(timestamp(change.changed_at)),
    }
}

const fn source_to_proto(source: Source) -> proto::Source {
    match source {
        Source::Correction => proto::Source::Correction,
        Source::Mark => proto::Source::Mark,
        Source::Import => proto::Source::Import,
        Source::Excuse => proto::Source::Excuse,
        Source::Review => proto::Source::Review,
        Source::Offline => proto::Source::Offline,
    }
}
