//! Daily records as the contract writes them.

use chrono::NaiveDate;
use rollcall_proto::v1::{DailyRecord, daily_record::Kind as ProtoKind};

use crate::{convert::optional_date, entity::daily_record::Kind, problem::Problem};

pub fn to_proto(id: String, name: String, status: String, date: NaiveDate) -> DailyRecord {
    DailyRecord { id, name, status, date: date.to_string() }
}

pub const fn kind_from_proto(kind: ProtoKind) -> Option<Kind> {
    match kind {
        ProtoKind::Unspecified => None,
        ProtoKind::Present => Some(Kind::Present),
        ProtoKind::Absent => Some(Kind::Absent),
        ProtoKind::HalfDay => Some(Kind::HalfDay),
        ProtoKind::Leave => Some(Kind::Leave),
        ProtoKind::Holiday => Some(Kind::Holiday),
    }
}

/// Days from one to another, each of which may be left out.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

impl Span {
    pub fn read(from: Option<&str>, to: Option<&str>) -> Result<Self, Problem> {
        let (from, to) = (optional_date("from", from)?, optional_date("to", to)?);
        match (from, to) {
            (Some(from), Some(to)) if to < from => {
                Err(Problem::invalid_field("to", format!("must not be before from, {from}")))
            }
            _ => Ok(Self { from, to }),
        }
    }
}
