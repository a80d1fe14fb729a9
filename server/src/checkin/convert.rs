//! Records as the contract writes them.

use rollcall_proto::v1::{
    AttendanceRecord, Evidence as ProtoEvidence, attendance_record,
    evidence::{Factor as ProtoFactor, Verdict as ProtoVerdict},
};

use crate::{
    convert::timestamp,
    entity::{
        attendance_record::{Model, Review, Status},
        evidence::{Evidence, Verdict},
    },
};

pub fn to_proto(record: &Model) -> AttendanceRecord {
    AttendanceRecord {
        id: record.id.to_string(),
        session_id: record.session_id.to_string(),
        student_id: record.student_id.to_string(),
        status: status_to_proto(record.status).into(),
        verification_method: method_to_proto(&record.verification_method).into(),
        marked_at: Some(timestamp(record.marked_at)),
        late_by_seconds: record.late_by_seconds,
        evidence: record.evidence.0.iter().filter_map(evidence_to_proto).collect(),
        flags: record
            .flags
            .0
            .iter()
            .filter_map(|flag| attendance_record::Flag::from_str_name(flag.name()))
            .map(Into::into)
            .collect(),
        review: review_to_proto(record.review).into(),
        policy_id: record.policy_id.map(|id| id.to_string()).unwrap_or_default(),
        policy_version: record.policy_version.unwrap_or_default(),
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

const fn review_to_proto(review: Review) -> attendance_record::Review {
    match review {
        Review::None => attendance_record::Review::Unspecified,
        Review::Open => attendance_record::Review::Open,
        Review::Confirmed => attendance_record::Review::Confirmed,
        Review::Rejected => attendance_record::Review::Rejected,
        Review::Appealed => attendance_record::Review::Appealed,
    }
}

/// None for a factor that this version does not know: a newer replica wrote it.
fn evidence_to_proto(evidence: &Evidence) -> Option<ProtoEvidence> {
    let factor = ProtoFactor::from_str_name(evidence.factor.name())?;
    let verdict = match evidence.verdict {
        Verdict::Passed => ProtoVerdict::Passed,
        Verdict::Failed => ProtoVerdict::Failed,
        Verdict::Uncertain => ProtoVerdict::Uncertain,
        Verdict::Missing => ProtoVerdict::Missing,
    };
    Some(ProtoEvidence { factor: factor.into(), verdict: verdict.into(), detail: evidence.detail.to_string() })
}
