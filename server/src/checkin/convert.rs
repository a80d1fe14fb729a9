//! Records as the contract writes them.

use rollcall_proto::v1::{AttendanceRecord, Evidence as ProtoEvidence, attendance_record, evidence};

use super::evidence::{Evidence, Factor, Verdict};
use crate::{
    convert::timestamp,
    entity::attendance_record::{Model, Status},
};

pub fn to_proto(record: Model) -> AttendanceRecord {
    // Evidence that this version does not know yet (a newer replica wrote it) is left out rather than refused.
    let items = record.evidence.as_array().cloned().unwrap_or_default();
    let evidence = items.into_iter().filter_map(|item| serde_json::from_value::<Evidence>(item).ok());
    AttendanceRecord {
        id: record.id.to_string(),
        session_id: record.session_id.to_string(),
        student_id: record.student_id.to_string(),
        status: status_to_proto(record.status).into(),
        verification_method: method_to_proto(&record.verification_method).into(),
        marked_at: Some(timestamp(record.marked_at)),
        late_by_seconds: record.late_by_seconds,
        evidence: evidence.map(evidence_to_proto).collect(),
        replayed: false,
        repaid_by_session_id: record.repaid_by_session_id.map(|id| id.to_string()).unwrap_or_default(),
        changed_at: (record.updated_at != record.created_at).then(|| timestamp(record.updated_at)),
    }
}

/// The name of a status, as the contract has it.
pub fn status_name(status: Status) -> &'static str {
    status_to_proto(status).as_str_name()
}

pub const fn status_to_proto(status: Status) -> attendance_record::Status {
    match status {
        Status::Present => attendance_record::Status::Present,
        Status::Late => attendance_record::Status::Late,
        Status::Absent => attendance_record::Status::Absent,
        Status::Excused => attendance_record::Status::Excused,
        Status::Pending => attendance_record::Status::Pending,
    }
}

fn method_to_proto(method: &str) -> attendance_record::VerificationMethod {
    attendance_record::VerificationMethod::from_str_name(method).unwrap_or_default()
}

fn evidence_to_proto(evidence: Evidence) -> ProtoEvidence {
    let factor = match evidence.factor {
        Factor::Code => evidence::Factor::Code,
        Factor::Geofence => evidence::Factor::Geofence,
    };
    let verdict = match evidence.verdict {
        Verdict::Passed => evidence::Verdict::Passed,
        Verdict::Failed => evidence::Verdict::Failed,
        Verdict::Uncertain => evidence::Verdict::Uncertain,
        Verdict::Missing => evidence::Verdict::Missing,
    };
    ProtoEvidence { factor: factor.into(), verdict: verdict.into(), detail: evidence.detail }
}
