//! What a device heard of Wi-Fi, as it is stored. Not a table of its own.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// In the order of the addresses, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Signals(pub Vec<Signal>);

/// One access point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(u64, i16)", into = "(u64, i16)")]
pub struct Signal {
    /// Its six bytes as a number.
    pub address: u64,
    pub rssi_dbm: i16,
}

impl From<(u64, i16)> for Signal {
    fn from((address, rssi_dbm): (u64, i16)) -> Self {
        Self { address, rssi_dbm }
    }
}

impl From<Signal> for (u64, i16) {
    fn from(signal: Signal) -> Self {
        (signal.address, signal.rssi_dbm)
    }
}
