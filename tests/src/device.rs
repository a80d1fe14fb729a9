//! A student's device with a key of its own, which signs as docs/devices.md says.

use chrono::{DateTime, Utc};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use rollcall_proto::v1::{
    CheckInRequest, Device, EnrolDeviceRequest, EnrolledDevice, GetCheckInNonceRequest, GetCheckInNonceResponse,
    enrolled_device::Algorithm,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{actor::Actor, problem::Answer as _, record::timestamp};

/// A device. Its private key never leaves it.
pub struct Phone {
    key: Key,
    pub device_id: String,
}

enum Key {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
}

impl Phone {
    /// A device that signs with Ed25519.
    ///
    /// # Panics
    /// When the machine has no random numbers.
    pub fn new(device_id: &str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        let key = Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a key");
        Self { key: Key::Ed25519(key), device_id: device_id.to_owned() }
    }

    /// One that signs with ECDSA over P-256.
    ///
    /// # Panics
    /// When the machine has no random numbers.
    pub fn with_p256(device_id: &str) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random);
        Self { key: Key::P256(key.expect("a key")), device_id: device_id.to_owned() }
    }

    pub const fn algorithm(&self) -> Algorithm {
        match self.key {
            Key::Ed25519(_) => Algorithm::Ed25519,
            Key::P256(_) => Algorithm::P256,
        }
    }

    pub fn public_key(&self) -> Vec<u8> {
        match &self.key {
            Key::Ed25519(key) => key.public_key().as_ref().to_vec(),
            Key::P256(key) => key.public_key().as_ref().to_vec(),
        }
    }

    /// # Panics
    /// When the machine has no random numbers.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Key::P256(key) => key.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec(),
        }
    }

    /// What enrols the key for somebody, with a fresh nonce.
    pub async fn enrolment(&self, actor: &Actor) -> EnrolDeviceRequest {
        let nonce = nonce(actor).await;
        let message = [
            b"rollcall-enrolment-v1".as_slice(),
            &bytes(&nonce.college_id),
            &bytes(&nonce.user_id),
            &nonce.nonce,
            &Sha256::digest(self.public_key()),
        ];
        EnrolDeviceRequest {
            public_key: self.public_key(),
            algorithm: self.algorithm().into(),
            name: "My phone".to_owned(),
            device_id: self.device_id.clone(),
            nonce: nonce.nonce.clone(),
            proof: self.sign(&message.concat()),
            attestation: None,
        }
    }

    /// Enrols the key.
    pub async fn enrol(&self, actor: &Actor) -> EnrolledDevice {
        actor.devices().enrol_device(self.enrolment(actor).await).await.answer()
    }

    /// A check-in, signed with a fresh nonce of the actor's.
    pub async fn signed(
        &self,
        actor: &Actor,
        key_id: &str,
        request: CheckInRequest,
        at: DateTime<Utc>,
    ) -> CheckInRequest {
        self.signed_with(&nonce(actor).await, key_id, request, at)
    }

    /// A check-in, signed with this nonce.
    pub fn signed_with(
        &self,
        nonce: &GetCheckInNonceResponse,
        key_id: &str,
        request: CheckInRequest,
        at: DateTime<Utc>,
    ) -> CheckInRequest {
        let message = statement(&request, nonce, at);
        let device = Device {
            device_id: self.device_id.clone(),
            key_id: Some(key_id.to_owned()),
            nonce: nonce.nonce.clone(),
            signed_at: Some(timestamp(at)),
            signature: self.sign(&message),
        };
        CheckInRequest { device: Some(device), ..request }
    }
}

/// A fresh nonce of the actor's.
pub async fn nonce(actor: &Actor) -> GetCheckInNonceResponse {
    actor.devices().get_check_in_nonce(GetCheckInNonceRequest {}).await.answer()
}

/// A device that says its name and signs nothing.
pub fn named(device_id: &str, request: CheckInRequest) -> CheckInRequest {
    let device = Device { device_id: device_id.to_owned(), ..Device::default() };
    CheckInRequest { device: Some(device), ..request }
}

fn bytes(id: &str) -> [u8; 16] {
    *Uuid::parse_str(id).expect("an id").as_bytes()
}

fn statement(request: &CheckInRequest, nonce: &GetCheckInNonceResponse, at: DateTime<Utc>) -> Vec<u8> {
    let microdegrees = |degrees: Option<f64>| (degrees.expect("degrees") * 1e6 + 0.5).floor() as i32;
    let (north, east) = request
        .position
        .as_ref()
        .map_or((i32::MIN, i32::MIN), |position| (microdegrees(position.latitude), microdegrees(position.longitude)));
    [
        b"rollcall-check-in-v1".as_slice(),
        &bytes(&nonce.college_id),
        &bytes(request.session_id.as_deref().expect("a session")),
        &bytes(&nonce.user_id),
        &bytes(&request.check_in_id),
        &nonce.nonce,
        &at.timestamp_millis().to_be_bytes(),
        &north.to_be_bytes(),
        &east.to_be_bytes(),
        &Sha256::digest(&request.qr_code),
    ]
    .concat()
}
