//! What a device hears, beside or instead of its position.

mod learning;
mod listed;
mod replay;
mod rubbish;

use rollcall_proto::v1::{AccessPointSighting, CheckInRequest, access_point::Type};
use rollcall_tests::Class;

/// Wi-Fi that is heard now.
fn heard(bssid: &str, rssi_dbm: i32) -> AccessPointSighting {
    AccessPointSighting {
        bssid: bssid.to_owned(),
        ssid: "Campus".to_owned(),
        rssi_dbm: Some(rssi_dbm),
        r#type: Type::Wifi.into(),
        age_ms: Some(500),
    }
}

/// Eight access points of a place, as a person hears them: each person a little differently, and no two the same.
fn around(place: u8, person: u8) -> Vec<AccessPointSighting> {
    let one = |number: u8| {
        let digit = i32::from(person) / 3_i32.pow(number.into()) % 3;
        heard(&format!("00:16:3e:00:{place:02x}:{number:02x}"), -48 - 4 * i32::from(number) - digit)
    };
    (0..8).map(one).collect()
}

/// A good check-in with a scan and no position.
async fn without_position(class: &Class, access_points: Vec<AccessPointSighting>) -> CheckInRequest {
    CheckInRequest { position: None, access_points, ..class.request().await }
}
