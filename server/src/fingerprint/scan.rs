//! What of a scan counts.

use std::collections::BTreeMap;

use rollcall_proto::v1::{AccessPointSighting, access_point::Type};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::likeness::Fingerprint;
use crate::{
    access_point::Address,
    entity::{
        access_point::Kind,
        signals::{Signal, Signals},
    },
    problem::{ErrorReason, Problem, Violation},
};

/// Two scans that have fewer access points in common have nothing in common.
pub const MIN_COMMON: usize = 3;
/// Phones give old results where they may not scan again. Who walked in half a minute ago heard another room.
const MAX_AGE_MS: i32 = 30_000;
/// Two phones side by side hear one access point equally in 7 of 100 cases (each varies by 4 dB). With three that would be
/// somebody in every class; with six it is one of ten million pairs.
const MIN_FOR_REPLAY: usize = 6;
/// In the names of networks that phones make, in lower case.
const OF_PHONES: [&str; 4] = ["android", "iphone", "ipad", "hotspot"];
const OF_PHONES_AT_FIRST: [&str; 6] = ["direct-", "galaxy", "pixel", "redmi", "oneplus", "moto"];

/// Something that a device hears now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    pub address: Address,
    pub kind: Kind,
    pub rssi_dbm: i16,
}

/// A scan that was sent with a check-in.
#[derive(Clone, Debug)]
pub struct Scan {
    /// What was heard at the time, each address once.
    pub heard: Vec<Sighting>,
    /// How many entries were sent.
    pub sent: usize,
    /// The Wi-Fi that stands where it is, as far as one can tell: what a room can be known by.
    pub signals: Signals,
    pub fingerprint: Fingerprint,
    /// Of all that was heard at the time.
    pub digest: Uuid,
}

impl Scan {
    /// None where no scan was sent.
    pub fn read(sightings: &[AccessPointSighting]) -> Result<Option<Self>, Problem> {
        if sightings.is_empty() {
            return Ok(None);
        }
        let mut strongest = BTreeMap::new();
        let mut of_phones = Vec::new();
        let mut violations = Vec::new();
        for (index, sighting) in sightings.iter().enumerate() {
            let Some(address) = Address::parse(&sighting.bssid) else {
                violations.push(Violation {
                    field: format!("access_points[{index}].bssid"),
                    description: "must be an address of six bytes, such as 4a:5b:6c:7d:8e:9f".to_owned(),
                });
                continue;
            };
            if !address.is_of_one_device() || sighting.age_ms() > MAX_AGE_MS {
                continue;
            }
            let kind = if sighting.r#type() == Type::Bluetooth { Kind::Bluetooth } else { Kind::Wifi };
            if is_of_a_phone(&sighting.ssid) {
                of_phones.push(address);
            }
            // The contract has the bounds.
            let rssi_dbm = i16::try_from(sighting.rssi_dbm()).unwrap_or(i16::MIN);
            let before = strongest.entry((address, kind)).or_insert(rssi_dbm);
            *before = rssi_dbm.max(*before);
        }
        if !violations.is_empty() {
            return Err(Problem::invalid(ErrorReason::InvalidField, violations));
        }
        let heard: Vec<Sighting> =
            strongest.into_iter().map(|((address, kind), rssi_dbm)| Sighting { address, kind, rssi_dbm }).collect();
        // What Bluetooth hears unasked are watches and headphones, which walk about.
        let stands = |sighting: &&Sighting| {
            sighting.kind == Kind::Wifi && !sighting.address.is_local() && !of_phones.contains(&sighting.address)
        };
        let signal =
            |sighting: &Sighting| Signal { address: sighting.address.to_number(), rssi_dbm: sighting.rssi_dbm };
        let signals = Signals(heard.iter().filter(stands).map(signal).collect());
        let (fingerprint, digest) = (Fingerprint::from(&signals), digest(&heard));
        Ok(Some(Self { heard, sent: sightings.len(), signals, fingerprint, digest }))
    }

    /// Whether one that is the same can hardly be of somebody else.
    pub const fn is_telling(&self) -> bool {
        self.heard.len() >= MIN_FOR_REPLAY
    }
}

/// By its name. Most phones of today are known by their address already, which they make up.
fn is_of_a_phone(ssid: &str) -> bool {
    let name = ssid.to_lowercase();
    OF_PHONES.iter().any(|part| name.contains(part)) || OF_PHONES_AT_FIRST.iter().any(|part| name.starts_with(part))
}

/// The same for the same entries in whatever order.
fn digest(heard: &[Sighting]) -> Uuid {
    let mut digest = Sha256::new();
    for Sighting { address, kind, rssi_dbm } in heard {
        digest.update(address.to_number().to_be_bytes());
        digest.update([u8::from(*kind == Kind::Bluetooth)]);
        digest.update(rssi_dbm.to_be_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(bssid: &str, ssid: &str, rssi_dbm: i32, age_ms: i32) -> AccessPointSighting {
        AccessPointSighting {
            bssid: bssid.to_owned(),
            ssid: ssid.to_owned(),
            rssi_dbm: Some(rssi_dbm),
            r#type: Type::Wifi.into(),
            age_ms: Some(age_ms),
        }
    }

    fn read(sightings: &[AccessPointSighting]) -> Scan {
        Scan::read(sightings).expect("it is a scan").expect("something was sent")
    }

    #[test]
    fn what_moves_or_is_old_is_no_part_of_a_room() {
        let table = [
            ("00:5b:6c:7d:8e:9f", "Campus", 0, true),
            ("00:5b:6c:7d:8e:9f", "", 30_000, true),
            ("00:5b:6c:7d:8e:9f", "Campus", 30_001, false),
            ("02:5b:6c:7d:8e:9f", "Campus", 0, false),
            ("da:a1:19:00:00:01", "Campus", 0, false),
            ("00:5b:6c:7d:8e:9f", "AndroidAP_1234", 0, false),
            ("00:5b:6c:7d:8e:9f", "Somebody's iPhone", 0, false),
            ("00:5b:6c:7d:8e:9f", "DIRECT-ab-Printer", 0, false),
            ("00:5b:6c:7d:8e:9f", "Galaxy A5", 0, false),
            // What phones say instead of the address, and what is no device.
            ("02:00:00:00:00:00", "Campus", 0, false),
            ("ff:ff:ff:ff:ff:ff", "Campus", 0, false),
        ];
        for (bssid, ssid, age_ms, counts) in table {
            assert_eq!(read(&[heard(bssid, ssid, -60, age_ms)]).signals.0.len(), usize::from(counts), "{bssid} {ssid}");
        }
        let beacon = AccessPointSighting { r#type: Type::Bluetooth.into(), ..heard("00:5b:6c:7d:8e:9f", "", -60, 0) };
        let scan = read(&[beacon]);
        assert_eq!((scan.signals.0.len(), scan.heard.len()), (0, 1));
        assert!(Scan::read(&[]).is_ok_and(|scan| scan.is_none()));
    }

    #[test]
    fn the_order_of_a_scan_says_nothing_and_a_signal_does() {
        let (one, other) = (heard("00:00:00:00:00:01", "a", -60, 0), heard("00:00:00:00:00:02", "b", -70, 5));
        let (there, back) = (read(&[one.clone(), other.clone()]), read(&[other.clone(), one.clone(), one.clone()]));
        assert_eq!((there.digest, &there.heard), (back.digest, &back.heard));
        assert_ne!(read(&[heard("00:00:00:00:00:01", "a", -61, 0), other]).digest, there.digest);
        // Of one that is there twice, the stronger.
        assert_eq!(read(&[heard("00:00:00:00:00:01", "a", -90, 0), one.clone()]).digest, read(&[one]).digest);
    }

    #[test]
    fn each_address_that_is_none_is_named() {
        let sent = [heard("nonsense", "", -60, 0), heard("00:00:00:00:00:01", "", -60, 0), heard("", "", -60, 0)];
        let problem = Scan::read(&sent).expect_err("two are no addresses");
        let fields: Vec<_> = problem.violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["access_points[0].bssid", "access_points[2].bssid"]);
    }
}
