//! What a check-in rests on, as it is stored with it. Not a table of its own.

use std::{borrow::Cow, collections::BTreeMap};

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// Reasons to look at a check-in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct FlagList(pub Vec<Flag>);

/// Everything that was looked at, one entry a factor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct EvidenceList(pub Vec<Evidence>);

/// What one factor said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub factor: Factor,
    pub verdict: Verdict,
    /// For the student.
    pub detail: Cow<'static, str>,
    /// For staff: the numbers behind it, each named with its unit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<Cow<'static, str>, f64>,
    /// What staff should look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
}

/// A kind of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Factor {
    Code,
    Otp,
    Geofence,
    AccessPoints,
    Device,
    Face,
    Network,
    Travel,
    /// Written by a newer version than this one.
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    Passed,
    Failed,
    Uncertain,
    Missing,
}

/// A reason to look at a check-in. None of them proves anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Flag {
    /// A requirement was met by nothing better than a doubt.
    Uncertain,
    /// A requirement was met by one factor, and another one spoke against it.
    Contradiction,
    /// The device says that its position was made up.
    MockedPosition,
    /// The accuracy is not one that a device has.
    AbsurdAccuracy,
    /// The same device checked somebody else in to the session.
    SharedDevice,
    /// The signature is not by the key that the student enrolled.
    ForeignDevice,
    /// Nobody gets from the place of the last check-in to this one in the time between.
    ImpossibleTravel,
    /// The scan was sent before.
    ReplayedScan,
    /// It was made without a network, and handed in later.
    Offline,
    /// The picture of the face was sent before, or enrolled.
    ReplayedPicture,
    /// The student sent the very position hours before.
    ReplayedPosition,
    /// Somebody else sent the very position in the session.
    SharedPosition,
    /// Written by a newer version than this one.
    #[serde(other)]
    Unknown,
}

impl Factor {
    /// As the contract has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "CODE",
            Self::Otp => "OTP",
            Self::Geofence => "GEOFENCE",
            Self::AccessPoints => "ACCESS_POINTS",
            Self::Device => "DEVICE",
            Self::Face => "FACE",
            Self::Network => "NETWORK",
            Self::Travel => "TRAVEL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

impl Flag {
    /// As the contract has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uncertain => "UNCERTAIN",
            Self::Contradiction => "CONTRADICTION",
            Self::MockedPosition => "MOCKED_POSITION",
            Self::AbsurdAccuracy => "ABSURD_ACCURACY",
            Self::SharedDevice => "SHARED_DEVICE",
            Self::ForeignDevice => "FOREIGN_DEVICE",
            Self::ImpossibleTravel => "IMPOSSIBLE_TRAVEL",
            Self::ReplayedScan => "REPLAYED_SCAN",
            Self::Offline => "OFFLINE",
            Self::ReplayedPicture => "REPLAYED_PICTURE",
            Self::ReplayedPosition => "REPLAYED_POSITION",
            Self::SharedPosition => "SHARED_POSITION",
            Self::Unknown => "UNKNOWN",
        }
    }
}

impl Evidence {
    pub fn new(factor: Factor, verdict: Verdict, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { factor, verdict, detail: detail.into(), figures: BTreeMap::new(), flags: Vec::new() }
    }

    pub fn figure(mut self, name: &'static str, value: f64) -> Self {
        self.figures.insert(name.into(), value);
        self
    }

    pub fn flag(mut self, flag: Flag) -> Self {
        self.flags.push(flag);
        self
    }
}
