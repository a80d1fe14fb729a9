use Verdict::{Failed, Missing, Passed, Uncertain};
use rollcall_proto::v1::{AccessPointSighting, access_point::Type};

use super::*;
use crate::{
    access_point::Address,
    entity::access_point::Kind,
    fingerprint::{Fingerprint, Scan},
};

fn address(number: u8) -> String {
    format!("00:00:00:00:00:{number:02x}")
}

/// Wi-Fi with these last bytes and signals.
fn scan(signals: &[(u8, i32)]) -> Scan {
    let sighting = |&(number, rssi_dbm): &(u8, i32)| AccessPointSighting {
        bssid: address(number),
        rssi_dbm: Some(rssi_dbm),
        r#type: Type::Wifi.into(),
        ..AccessPointSighting::default()
    };
    let sightings: Vec<_> = signals.iter().map(sighting).collect();
    Scan::read(&sightings).expect("it is a scan").expect("something was sent")
}

fn listed(number: u8, min_rssi_dbm: i16) -> Listed {
    Listed { address: Address::parse(&address(number)).expect("an address"), kind: Kind::Wifi, min_rssi_dbm }
}

const ROOM: [(u8, i32); 6] = [(1, -50), (2, -55), (3, -60), (4, -65), (5, -70), (6, -75)];

fn learnt(count: usize) -> Vec<Fingerprint> {
    vec![scan(&ROOM).fingerprint; count]
}

#[test]
fn what_is_heard_leads_to_a_verdict() {
    let (near, weak) = (listed(1, -60), listed(1, -40));
    let elsewhere: [(u8, i32); 5] = [(21, -50), (22, -50), (23, -50), (24, -50), (25, -50)];
    // Half of the room, and another place.
    let between: [(u8, i32); 6] = [(3, -60), (4, -65), (5, -70), (21, -60), (22, -60), (23, -60)];
    type Case<'c> = (&'c str, &'c [(u8, i32)], &'c [Listed], usize, Verdict);
    let table: [Case<'_>; 14] = [
        ("a listed one near", &[(1, -60)], &[near], 0, Passed),
        ("a listed one a little too weak", &[(1, -61)], &[near], 0, Uncertain),
        ("a listed one of several", &[(1, -61), (2, -30)], &[near, listed(2, -70)], 0, Passed),
        ("one that is not listed", &[(2, -30)], &[near], 0, Missing),
        ("a place of which nothing is known", &ROOM, &[], 0, Missing),
        ("a place that is not well learnt", &ROOM, &[], 9, Missing),
        ("a learnt place", &ROOM, &[], 10, Passed),
        ("a learnt place, the listed one too weak", &ROOM, &[weak], 10, Passed),
        ("three of a learnt place", &ROOM[..3], &[], 10, Passed),
        ("two of a learnt place", &ROOM[..2], &[], 10, Missing),
        ("between two places", &between, &[], 10, Uncertain),
        ("elsewhere, much heard", &elsewhere, &[], 10, Failed),
        ("elsewhere, little heard", &elsewhere[..4], &[], 10, Missing),
        (
            "elsewhere, but a listed one",
            &[(1, -61), (21, -50), (22, -50), (23, -50), (24, -50)],
            &[near],
            10,
            Uncertain,
        ),
    ];
    for (name, signals, listed, references, verdict) in table {
        let (scan, references) = (scan(signals), learnt(references));
        let heard = Heard { scan: &scan, listed, references: &references, is_replay: false };
        let judged = judge(heard);
        assert_eq!(judged.evidence.verdict, verdict, "{name}: {judged:?}");
        assert_eq!(judged.refusal.is_some(), verdict == Failed, "{name}");
        assert_eq!(judged.evidence.flags, [], "{name}");
        let expected = match verdict {
            Passed => Uncertain,
            other => other,
        };
        let replayed = judge(Heard { is_replay: true, ..heard }).evidence;
        assert_eq!((replayed.verdict, replayed.flags), (expected, vec![Flag::ReplayedScan]), "{name}, sent before");
    }
}

#[test]
fn the_nearest_listed_one_is_named() {
    let scan = scan(&[(1, -50), (2, -40), (3, -30)]);
    let cases: [(&[Listed], Option<u8>); 4] = [
        (&[listed(1, -60), listed(2, -60)], Some(2)),
        // Stronger, but not near enough for its place.
        (&[listed(1, -60), listed(3, -20)], Some(1)),
        (&[listed(3, -20)], None),
        (&[], None),
    ];
    for (listed, expected) in cases {
        let heard = Heard { scan: &scan, listed, references: &[], is_replay: false };
        assert_eq!(matched(heard), expected.map(address));
    }
    // A beacon is no access point of the same address.
    let beacon = Listed { kind: Kind::Bluetooth, ..listed(1, -60) };
    assert_eq!(matched(Heard { scan: &scan, listed: &[beacon], references: &[], is_replay: false }), None);
}
