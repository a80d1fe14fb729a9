//! Excuses as the contract writes them.

use rollcall_proto::v1::{Excuse, ExcuseDocument, decide_excuse_request, excuse as proto};

use super::rules::Decision;
use crate::{
    convert::timestamp,
    entity::excuse::{DocumentType, Model, Status},
    problem::Problem,
};

pub fn to_proto(excuse: Model) -> Excuse {
    let document = excuse.document_type.map(|kind| ExcuseDocument {
        content_type: content_type(kind).to_owned(),
        size_bytes: excuse.document_bytes.unwrap_or_default(),
        sha256: excuse.document_sha256.unwrap_or_default().iter().map(|byte| format!("{byte:02x}")).collect(),
    });
    Excuse {
        id: excuse.id.to_string(),
        session_id: excuse.session_id.to_string(),
        student_id: excuse.student_id.to_string(),
        status: status_to_proto(excuse.status).into(),
        reason: excuse.reason,
        document,
        requested_at: Some(timestamp(excuse.requested_at)),
        decide_by: Some(timestamp(excuse.decide_by)),
        decided_at: excuse.decided_at.map(timestamp),
        decided_by: excuse.decided_by.map(|id| id.to_string()).unwrap_or_default(),
        decision_reason: excuse.decision_reason,
    }
}

pub const fn content_type(kind: DocumentType) -> &'static str {
    match kind {
        DocumentType::Jpeg => "image/jpeg",
        DocumentType::Png => "image/png",
        DocumentType::Pdf => "application/pdf",
    }
}

/// What the name of a file of this type ends with.
pub const fn extension(kind: DocumentType) -> &'static str {
    match kind {
        DocumentType::Jpeg => "jpg",
        DocumentType::Png => "png",
        DocumentType::Pdf => "pdf",
    }
}

const fn status_to_proto(status: Status) -> proto::Status {
    match status {
        Status::Open => proto::Status::Open,
        Status::Approved => proto::Status::Approved,
        Status::Refused => proto::Status::Refused,
        Status::Expired => proto::Status::Expired,
    }
}

/// The status that a filter names; none where it names none.
pub const fn status_from_proto(status: proto::Status) -> Option<Status> {
    match status {
        proto::Status::Unspecified => None,
        proto::Status::Open => Some(Status::Open),
        proto::Status::Approved => Some(Status::Approved),
        proto::Status::Refused => Some(Status::Refused),
        proto::Status::Expired => Some(Status::Expired),
    }
}

pub fn decision(decision: decide_excuse_request::Decision) -> Result<Decision, Problem> {
    match decision {
        decide_excuse_request::Decision::Unspecified => Err(Problem::invalid_field("decision", "is required")),
        decide_excuse_request::Decision::Approve => Ok(Decision::Approve),
        decide_excuse_request::Decision::Refuse => Ok(Decision::Refuse),
    }
}
