//! What the text of a notification is made of. It is kept with it, so that the text says what was so then.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::{Change, Event, What};

/// Everything that a text may name. What came later is read of older rows as missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    pub subject: String,
    pub planned_start: DateTime<Utc>,
    pub planned_end: DateTime<Utc>,
    pub time_zone: String,
    /// The name of the place.
    pub location: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What a device is called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub device: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<DateTime<Utc>>,
    pub is_approved: bool,
    /// Whether something else was there before.
    pub is_replaced: bool,
    pub percent: u8,
    pub wanted_percent: u8,
}

impl Detail {
    pub fn of(event: &Event, location: String) -> Self {
        let plan = &event.plan;
        let detail = Self {
            subject: plan.subject.clone(),
            planned_start: plan.planned_start,
            planned_end: plan.planned_end,
            time_zone: plan.time_zone.clone(),
            location,
            ..Self::default()
        };
        match event.what.clone() {
            What::SessionStarted | What::SessionEnded | What::MakeupBooked { .. } => detail,
            What::SessionChanged { changes, reason, .. } => Self { changes, reason, ..detail },
            What::SessionCancelled { reason } => Self { reason, ..detail },
            What::ExcuseDecided { is_approved, reason, .. } => Self { is_approved, reason, ..detail },
            What::DeviceEnrolled { name, active_from, .. } => {
                let waits_until = (active_from > event.at).then_some(active_from);
                Self { device: name, waits_until, ..detail }
            }
            What::FaceEnrolled { is_replaced, .. } => Self { is_replaced, ..detail },
            What::ReviewDecided { is_confirmed, reason, .. } => Self { is_approved: is_confirmed, reason, ..detail },
            What::LowAttendance { percent, wanted_percent, .. } => Self { percent, wanted_percent, ..detail },
        }
    }

    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    pub fn from_json(value: &Value) -> Self {
        serde_json::from_value(value.clone()).unwrap_or_default()
    }
}
