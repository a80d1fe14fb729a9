//! Records as the contract writes them.

use chrono::{DateTime, TimeDelta, Utc};
use rollcall_proto::v1::{
    AttendanceRecord, Device, Evidence as ProtoEvidence, attendance_record,
    evidence::{Factor as ProtoFactor, Verdict as ProtoVerdict},
};
use uuid::Uuid;

use crate::{
    convert::{optional_id, sized, time, timestamp},
    device::{Claim, Signed},
    entity::{
        attendance_record::{Model, Review, Status},
        distance_band::DistanceBand,
        evidence::{Evidence, Flag, Verdict},
    },
    problem::Problem,
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
        flags: record.flags.0.iter().filter_map(|flag| flag_to_proto(*flag)).map(Into::into).collect(),
        review: review_to_proto(record.review).into(),
        policy_id: record.policy_id.map(|id| id.to_string()).unwrap_or_default(),
        policy_version: record.policy_version.unwrap_or_default(),
        replayed: false,
        repaid_by_session_id: record.repaid_by_session_id.map(|id| id.to_string()).unwrap_or_default(),
        distance_band: record.distance_band.map(band_to_proto).unwrap_or_default().into(),
        traces_removed_at: record.traces_removed_at.map(timestamp),
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

/// None for a flag that this version does not know: a newer replica wrote it.
pub fn flag_to_proto(flag: Flag) -> Option<attendance_record::Flag> {
    attendance_record::Flag::from_str_name(flag.name())
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

pub const fn band_to_proto(band: DistanceBand) -> attendance_record::DistanceBand {
    match band {
        DistanceBand::Inside => attendance_record::DistanceBand::Inside,
        DistanceBand::Within50M => attendance_record::DistanceBand::Within50M,
        DistanceBand::Within200M => attendance_record::DistanceBand::Within200M,
        DistanceBand::Within1Km => attendance_record::DistanceBand::Within1Km,
        DistanceBand::Farther => attendance_record::DistanceBand::Farther,
        DistanceBand::Unknown => attendance_record::DistanceBand::Unknown,
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

/// How far a device's clock may be ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(2);

/// What a check-in says of its device. A signature comes whole or not at all. `now` is none where the device's clock may be as it likes.
pub fn claim(device: Device, student_id: Uuid, qr_code: &str, now: Option<DateTime<Utc>>) -> Result<Claim, Problem> {
    let Device { device_id, key_id, nonce, signed_at, signature } = device;
    let mut claim = Claim { device_id: (!device_id.is_empty()).then_some(device_id), signed: None };
    let Some(key_id) = optional_id("device.key_id", key_id.as_deref())? else {
        let rest =
            [("nonce", nonce.is_empty()), ("signed_at", signed_at.is_none()), ("signature", signature.is_empty())];
        return match rest.into_iter().find(|(_, is_missing)| !is_missing) {
            None => Ok(claim),
            Some((field, _)) => Err(Problem::invalid_field(
                "device.key_id",
                format!("is required with device.{field}: name the key that signed"),
            )),
        };
    };
    let signed_at = time("device.signed_at", signed_at)?;
    if now.is_some_and(|now| signed_at > now + AHEAD) {
        return Err(Problem::invalid_field(
            "device.signed_at",
            "lies ahead of the server's clock: set the device's clock",
        ));
    }
    claim.signed = Some(Signed {
        key_id,
        student_id,
        nonce: sized("device.nonce", &nonce)?,
        signed_at,
        qr_code: qr_code.to_owned(),
        signature: sized("device.signature", &signature)?,
        offline: None,
    });
    Ok(claim)
}
