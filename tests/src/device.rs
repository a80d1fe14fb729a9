//! A student's device with a key of its own, which signs as docs/devices.md says.

use chrono::{DateTime, Utc};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use rollcall_proto::v1::{
    CheckInRequest, Device, EnrolDeviceRequest, EnrolledDevice, GetCheckInNonceRequest, GetCheckInNonceResponse,
    OfflineCheckIn, Position, enrolled_device::Algorithm,
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
        self.enrolment_with(&nonce(actor).await)
    }

    /// What enrols the key, with this nonce.
    pub fn enrolment_with(&self, nonce: &GetCheckInNonceResponse) -> EnrolDeviceRequest {
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

/// What the clocks of a device say of a check-in without a network.
#[derive(Clone, Copy, Debug)]
pub struct Clocks {
    /// By the one that somebody may set: when the nonce came.
    pub nonce_received_at: DateTime<Utc>,
    pub signed_at: DateTime<Utc>,
    /// By the one that nobody sets.
    pub elapsed_ms: i64,
}

impl Clocks {
    /// Both go right.
    pub fn right(nonce_received_at: DateTime<Utc>, signed_at: DateTime<Utc>) -> Self {
        let elapsed_ms = (signed_at - nonce_received_at).num_milliseconds();
        Self { nonce_received_at, signed_at, elapsed_ms }
    }
}

impl Phone {
    /// A check-in without a network, signed with this nonce. The request names its session, and says what was scanned and heard.
    pub fn signed_offline(
        &self,
        nonce: &GetCheckInNonceResponse,
        key_id: &str,
        request: CheckInRequest,
        clocks: Clocks,
    ) -> OfflineCheckIn {
        let message = offline_statement(&request, nonce, clocks);
        let CheckInRequest { check_in_id, session_id, qr_code, codes, position, access_points, .. } = request;
        let device = Device {
            device_id: self.device_id.clone(),
            key_id: Some(key_id.to_owned()),
            nonce: nonce.nonce.clone(),
            signed_at: Some(timestamp(clocks.signed_at)),
            signature: self.sign(&message),
        };
        OfflineCheckIn {
            check_in_id,
            session_id,
            qr_code,
            codes,
            position,
            access_points,
            device: Some(device),
            nonce_received_at: Some(timestamp(clocks.nonce_received_at)),
            elapsed_ms: Some(clocks.elapsed_ms),
        }
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
    [
        b"rollcall-check-in-v1".as_slice(),
        &ids(request, nonce),
        &nonce.nonce,
        &at.timestamp_millis().to_be_bytes(),
        &place(request.position.as_ref()),
        &Sha256::digest(&request.qr_code),
    ]
    .concat()
}

fn offline_statement(request: &CheckInRequest, nonce: &GetCheckInNonceResponse, clocks: Clocks) -> Vec<u8> {
    let texts = std::iter::once(&request.qr_code).chain(&request.codes).filter(|text| !text.is_empty());
    let codes: String = texts.map(|text| format!("{text}\n")).collect();
    let heard = request.access_points.iter().flat_map(|heard| {
        let digits: String = heard.bssid.chars().filter(char::is_ascii_hexdigit).collect();
        let address = u64::from_str_radix(&digits, 16).expect("an address").to_be_bytes();
        let rssi_dbm = i16::try_from(heard.rssi_dbm()).expect("a signal").to_be_bytes();
        [&address[2..], &[heard.r#type as u8], &rssi_dbm, &heard.age_ms().to_be_bytes()].concat()
    });
    let heard: Vec<u8> = heard.collect();
    [
        b"rollcall-offline-v1".as_slice(),
        &ids(request, nonce),
        &nonce.nonce,
        &clocks.nonce_received_at.timestamp_millis().to_be_bytes(),
        &clocks.signed_at.timestamp_millis().to_be_bytes(),
        &clocks.elapsed_ms.to_be_bytes(),
        &place(request.position.as_ref()),
        &Sha256::digest(codes),
        &Sha256::digest(heard),
    ]
    .concat()
}

fn ids(request: &CheckInRequest, nonce: &GetCheckInNonceResponse) -> Vec<u8> {
    let session = request.session_id.as_deref().expect("a session");
    [&nonce.college_id, session, &nonce.user_id, &request.check_in_id].map(bytes).concat()
}

fn place(position: Option<&Position>) -> Vec<u8> {
    let microdegrees = |degrees: Option<f64>| (degrees.expect("degrees") * 1e6 + 0.5).floor() as i32;
    let (north, east) = position
        .map_or((i32::MIN, i32::MIN), |position| (microdegrees(position.latitude), microdegrees(position.longitude)));
    [north, east].map(i32::to_be_bytes).concat()
}
