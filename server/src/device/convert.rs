//! Keys as the contract writes them.

use rollcall_proto::v1::{EnrolledDevice, enrolled_device as proto};

use crate::{
    convert::timestamp,
    entity::device::{Algorithm, Model, Platform, State},
    problem::Problem,
};

pub fn to_proto(key: Model) -> EnrolledDevice {
    EnrolledDevice {
        id: key.id.to_string(),
        user_id: key.user_id.to_string(),
        name: key.name,
        device_id: key.device_id,
        algorithm: match key.algorithm {
            Algorithm::Ed25519 => proto::Algorithm::Ed25519,
            Algorithm::P256 => proto::Algorithm::P256,
        }
        .into(),
        public_key: key.public_key,
        platform: match key.platform {
            Platform::Unknown => proto::Platform::Unspecified,
            Platform::Android => proto::Platform::Android,
            Platform::Ios => proto::Platform::Ios,
            Platform::Other => proto::Platform::Other,
        }
        .into(),
        has_attestation: !key.attestation.is_empty(),
        state: match key.state {
            State::Pending => proto::State::Pending,
            State::Active => proto::State::Active,
            State::Revoked => proto::State::Revoked,
        }
        .into(),
        created_at: Some(timestamp(key.created_at)),
        active_from: Some(timestamp(key.active_from)),
        revoked_at: key.revoked_at.map(timestamp),
        approved_by: key.approved_by.map(|id| id.to_string()).unwrap_or_default(),
    }
}

pub fn algorithm(algorithm: proto::Algorithm) -> Result<Algorithm, Problem> {
    match algorithm {
        proto::Algorithm::Unspecified => Err(Problem::invalid_field("algorithm", "is required")),
        proto::Algorithm::Ed25519 => Ok(Algorithm::Ed25519),
        proto::Algorithm::P256 => Ok(Algorithm::P256),
    }
}

pub const fn platform(platform: proto::Platform) -> Platform {
    match platform {
        proto::Platform::Unspecified => Platform::Unknown,
        proto::Platform::Android => Platform::Android,
        proto::Platform::Ios => Platform::Ios,
        proto::Platform::Other => Platform::Other,
    }
}
