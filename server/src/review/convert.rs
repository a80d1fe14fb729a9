//! Reviews as the contract writes them.

use rollcall_proto::v1::{Finding, Review, attendance_record::Review as State, evidence::Factor};

use crate::{
    checkin::{flag_to_proto, status_to_proto, to_proto as record_to_proto},
    convert::timestamp,
    entity::{
        attendance_record::{Model as Record, Review as Stands},
        attendance_review::Model,
        evidence::Evidence,
    },
};

/// Whether the numbers behind it are told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Figures {
    Told,
    Hidden,
}

pub fn to_proto(record: &Record, review: Option<&Model>, figures: Figures) -> Review {
    let findings = match figures {
        Figures::Told => record.evidence.0.iter().filter_map(finding).collect(),
        Figures::Hidden => Vec::new(),
    };
    Review {
        record: Some(record_to_proto(record)),
        findings,
        decided_at: review.and_then(|review| review.decided_at).map(timestamp),
        decided_by: review.and_then(|review| review.decided_by).map(|id| id.to_string()).unwrap_or_default(),
        decision_reason: review.map(|review| review.decision_reason.clone()).unwrap_or_default(),
        appeal: review.map(|review| review.appeal.clone()).unwrap_or_default(),
        appealed_at: review.and_then(|review| review.appealed_at).map(timestamp),
        claimed_status: review
            .filter(|review| review.decided_at.is_none() && review.claimed_status != record.status)
            .map(|review| status_to_proto(review.claimed_status))
            .unwrap_or_default()
            .into(),
    }
}

fn finding(evidence: &Evidence) -> Option<Finding> {
    Some(Finding {
        factor: Factor::from_str_name(evidence.factor.name())?.into(),
        figures: evidence.figures.iter().map(|(name, value)| (name.to_string(), *value)).collect(),
        flags: evidence.flags.iter().filter_map(|flag| flag_to_proto(*flag)).map(Into::into).collect(),
    })
}

/// The states that a filter means.
pub fn states_from_proto(state: State) -> &'static [Stands] {
    match state {
        State::Unspecified => &[Stands::Open, Stands::Appealed],
        State::Open => &[Stands::Open],
        State::Confirmed => &[Stands::Confirmed],
        State::Rejected => &[Stands::Rejected],
        State::Appealed => &[Stands::Appealed],
    }
}
