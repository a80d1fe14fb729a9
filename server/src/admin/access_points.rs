//! Access points of a world, with their addresses in the one spelling.

use chrono::{DateTime, Utc};

use super::world::{AccessPoint, Signal};
use crate::{
    access_point::{ANY_SIGNAL_DBM, normalise},
    entity::access_point::{Kind, Model},
    problem::Problem,
};

pub fn rows(access_points: Vec<AccessPoint>, now: DateTime<Utc>) -> Result<Vec<Model>, Problem> {
    let rows = access_points.into_iter().map(|row| {
        let fault = || Problem::invalid_field("access_points.bssid", format!("of {} must be of one device", row.id));
        Ok(Model {
            college_id: row.college_id,
            id: row.id,
            location_id: row.location_id,
            bssid: normalise(&row.bssid).ok_or_else(fault)?,
            ssid: row.ssid,
            min_rssi_dbm: row.min_rssi_dbm.unwrap_or(ANY_SIGNAL_DBM),
            kind: match row.kind {
                Signal::Wifi => Kind::Wifi,
                Signal::Bluetooth => Kind::Bluetooth,
            },
            created_at: now,
        })
    });
    rows.collect()
}
