//! The rows that a check-in becomes: a record, or an attempt.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{learnt::Learnt, rules::Accepted, sent::Sent, service::Service};
use crate::{
    entity::{
        attendance_record::{Model as Record, Review},
        check_in_attempt::Model as Attempt,
        evidence::{Evidence, EvidenceList, FlagList},
    },
    principal::Principal,
    problem::ErrorReason,
    session::Card,
};

impl Service {
    pub(super) fn record(
        &self,
        principal: &Principal,
        sent: &Sent,
        card: &Card,
        accepted: Accepted,
        evidence: Vec<Evidence>,
        now: DateTime<Utc>,
    ) -> Record {
        let position = sent.position.map(|reported| reported.position);
        let version = card.policy.version;
        let review = if accepted.flags.is_empty() { Review::None } else { Review::Open };
        Record {
            check_in_id: Some(sent.check_in_id),
            verification_method: accepted.verification_method.to_owned(),
            late_by_seconds: accepted.late_by_seconds,
            evidence: EvidenceList(evidence),
            latitude: position.map(|position| position.latitude),
            longitude: position.map(|position| position.longitude),
            accuracy_meters: position.and_then(|position| position.accuracy_meters),
            qr_code_used: sent.code_text.clone(),
            ip_address: sent.origin.address.map(|address| address.to_string()),
            device_id: sent.device.device_id.clone(),
            policy_id: version.map(|(id, _)| id),
            policy_version: version.map(|(_, version)| version),
            flags: FlagList(accepted.flags),
            review,
            ..Record::of(&card.session, principal.id, accepted.status, now)
        }
    }

    pub fn attempt(&self, principal: &Principal, sent: &Sent, learnt: &Learnt, reason: ErrorReason) -> Attempt {
        let position = sent.position.map(|reported| reported.position);
        let version = learnt.policy.as_ref().and_then(|policy| policy.version);
        Attempt {
            college_id: principal.college_id,
            id: Uuid::now_v7(),
            student_id: principal.id,
            check_in_id: sent.check_in_id,
            session_id: learnt.session_id.or_else(|| sent.names_session()),
            reason: reason.as_str_name().to_owned(),
            evidence: EvidenceList(learnt.evidence.clone()),
            latitude: position.map(|position| position.latitude),
            longitude: position.map(|position| position.longitude),
            accuracy_meters: position.and_then(|position| position.accuracy_meters),
            qr_code_used: sent.code_text.clone(),
            ip_address: sent.origin.address.map(|address| address.to_string()),
            device_id: sent.device.device_id.clone(),
            policy_id: version.map(|(id, _)| id),
            policy_version: version.map(|(_, version)| version),
            attempted_at: self.clock.now(),
            distance_band: None,
            traces_removed_at: None,
        }
    }
}
