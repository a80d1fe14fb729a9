//! Wi-Fi access points and Bluetooth beacons, and where each of them stands.
//!
//! Promises: an address is kept in one spelling, however it was written, and stands at one place of its college; what phones
//! give in place of an address that they may not tell is never one. An access point goes with its location.

mod bssid;
mod copies;
mod create_access_point;
mod delete_access_point;
mod list_access_points;
pub mod many;
mod service;
mod store;

pub use bssid::{Address, normalise};
pub use copies::{Listed, load, outdate, refresh};
pub use service::{Service, kind_from_proto, to_proto};

const RESOURCE: &str = "access_point";
/// The threshold of an access point that is made without one: weaker than anything that a phone can hear.
pub const ANY_SIGNAL_DBM: i32 = -120;
