//! An entry, read. Nothing of it is believed yet.

use chrono::{DateTime, TimeDelta, Utc};
use rollcall_proto::v1::{AccessPointSighting, CheckInRequest, OfflineCheckIn};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    access_point::Address,
    checkin::Sent,
    convert,
    device::{self, digest_codes},
    origin::Origin,
    principal::Principal,
    problem::{Problem, Violation},
};

/// An entry without what is wrong in any case.
pub struct Entry {
    pub sent: Sent,
    pub session_id: Uuid,
    /// By the device's clock. None where nothing is signed.
    pub signed_at: Option<DateTime<Utc>>,
    pub nonce_received_at: DateTime<Utc>,
    pub elapsed: TimeDelta,
}

impl Entry {
    /// Reads the entry at a place of the list, by which its faults are named.
    pub fn read(principal: &Principal, entry: OfflineCheckIn, origin: Origin, place: usize) -> Result<Self, Problem> {
        read(principal, entry, origin).map_err(|mut problem| {
            let of_the_list =
                |violation: &mut Violation| violation.field = format!("check_ins[{place}].{}", violation.field);
            problem.violations.iter_mut().for_each(of_the_list);
            problem
        })
    }
}

fn read(principal: &Principal, entry: OfflineCheckIn, origin: Origin) -> Result<Entry, Problem> {
    let nonce_received_at = convert::time("nonce_received_at", entry.nonce_received_at)?;
    let elapsed = TimeDelta::milliseconds(entry.elapsed_ms.unwrap_or_default());
    let texts = std::iter::once(&entry.qr_code).chain(&entry.codes).filter(|text| !text.is_empty());
    let codes = digest_codes(texts.map(String::as_str));
    let scan = digest_scan(&entry.access_points);
    let request = CheckInRequest {
        check_in_id: entry.check_in_id,
        session_id: entry.session_id,
        qr_code: entry.qr_code,
        codes: entry.codes,
        position: entry.position,
        access_points: entry.access_points,
        device: entry.device,
        ..CheckInRequest::default()
    };
    let mut sent = Sent::read(principal, request, origin, None)?;
    let Some(session_id) = sent.names_session() else {
        return Err(Problem::invalid_field("session_id", "is required where no code of a session was scanned"));
    };
    let signed_at = sent.device.signed.as_ref().map(|signed| signed.signed_at);
    if let Some(signed) = &mut sent.device.signed {
        signed.offline = Some(device::Offline { nonce_received_at, elapsed, codes, scan });
    }
    Ok(Entry { sent, session_id, signed_at, nonce_received_at, elapsed })
}

/// For each entry, in their order: the address, the kind, the signal and the age, 13 bytes.
fn digest_scan(sightings: &[AccessPointSighting]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for sighting in sightings {
        // What is no address is refused when the scan is read.
        let address = Address::parse(&sighting.bssid).map_or(0, Address::to_number).to_be_bytes();
        digest.update(&address[2..]);
        digest.update([u8::try_from(sighting.r#type).unwrap_or_default()]);
        digest.update(i16::try_from(sighting.rssi_dbm()).unwrap_or_default().to_be_bytes());
        digest.update(sighting.age_ms().to_be_bytes());
    }
    digest.finalize().into()
}
