//! What may be expected of an attendance record before it is seen.

use chrono::{DateTime, Utc};
use prost_types::Timestamp;
use rollcall_proto::v1::{
    AttendanceRecord, Evidence,
    attendance_record::{DistanceBand, Flag, Review, Status, VerificationMethod},
    evidence::{Factor, Verdict},
};
use uuid::Uuid;

/// A record of somebody who showed a good code inside the fence, in time.
pub fn present(session: Uuid, student: Uuid) -> AttendanceRecord {
    AttendanceRecord {
        id: String::new(),
        session_id: session.to_string(),
        student_id: student.to_string(),
        status: Status::Present as i32,
        verification_method: VerificationMethod::Qr as i32,
        marked_at: None,
        late_by_seconds: 0,
        evidence: vec![evidence(Factor::Code, Verdict::Passed), evidence(Factor::Geofence, Verdict::Passed)],
        replayed: false,
        changed_at: None,
        repaid_by_session_id: String::new(),
        flags: Vec::new(),
        review: Review::Unspecified as i32,
        policy_id: String::new(),
        policy_version: 0,
        distance_band: DistanceBand::Unspecified as i32,
        traces_removed_at: None,
    }
}

/// The same of somebody who may have been outside: staff are to look at it.
pub fn doubtful(session: Uuid, student: Uuid) -> AttendanceRecord {
    AttendanceRecord {
        evidence: vec![evidence(Factor::Code, Verdict::Passed), evidence(Factor::Geofence, Verdict::Uncertain)],
        flags: vec![Flag::Uncertain as i32],
        review: Review::Open as i32,
        ..present(session, student)
    }
}

/// A record of somebody who was not there when the session ended.
pub fn absent(session: Uuid, student: Uuid) -> AttendanceRecord {
    AttendanceRecord {
        status: Status::Absent as i32,
        verification_method: VerificationMethod::Unspecified as i32,
        evidence: Vec::new(),
        ..present(session, student)
    }
}

/// One entry of evidence, without its words.
pub fn evidence(factor: Factor, verdict: Verdict) -> Evidence {
    Evidence { factor: factor as i32, verdict: verdict as i32, detail: String::new() }
}

/// Takes out of a record what only the server can know, after seeing that it makes sense: the id, the time, and the words of
/// the evidence. What is left can be compared whole.
///
/// # Panics
/// When it does not make sense.
pub fn known(mut record: AttendanceRecord) -> AttendanceRecord {
    let id = Uuid::parse_str(&record.id).unwrap_or_else(|cause| panic!("the record's id: {cause}: {record:?}"));
    assert_eq!(id.get_version_num(), 7, "{id}");
    assert!(record.marked_at.is_some(), "{record:?}");
    record.id.clear();
    record.marked_at = None;
    for evidence in &mut record.evidence {
        assert!(!evidence.detail.is_empty(), "{evidence:?}");
        evidence.detail.clear();
    }
    record
}

/// The time as a message.
pub fn timestamp(time: DateTime<Utc>) -> Timestamp {
    Timestamp { seconds: time.timestamp(), nanos: time.timestamp_subsec_nanos().cast_signed() }
}

/// The message as a time.
///
/// # Panics
/// When it is none.
pub fn time(timestamp: Option<Timestamp>) -> DateTime<Utc> {
    let timestamp = timestamp.expect("a time");
    DateTime::from_timestamp(timestamp.seconds, timestamp.nanos.cast_unsigned()).expect("a time in range")
}
