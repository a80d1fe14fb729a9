//! The rules of a policy, as they were from one change to the next. Never changed.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{
    evidence::{Factor, Flag},
    of_a_college,
};

of_a_college!();

/// What a check-in has to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Rules {
    /// Each has to be met, by any of its factors.
    pub requirements: Vec<Vec<Factor>>,
    pub uncertain: Uncertain,
    /// Any of these settles a doubt, where one is to be settled.
    #[serde(default)]
    pub settled_by: Vec<Factor>,
    pub code_mode: CodeMode,
    /// None leaves it to the session.
    #[serde(default)]
    pub late_grace_seconds: Option<i32>,
    /// What is refused instead of looked at later.
    #[serde(default)]
    pub refused_flags: Vec<Flag>,
}

/// What is done where a requirement is met by nothing better than a doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Uncertain {
    AcceptAndFlag,
    AskForMore,
}

/// Strict codes change as often at least.
pub const STRICT_SECONDS: u32 = 10;
/// How long a strict code, or a challenge, is accepted after its display: from the scan to the server.
pub const WAY_SECONDS: u32 = 4;

/// How codes rotate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CodeMode {
    /// As the server is set, and one interval longer.
    Lenient,
    /// Every 10 s, or sooner where the server is set so, and 4 s longer.
    Strict,
    /// Every second: a check-in has three that were shown within 3 s, the newest at most 5 s ago; or one, and a signed nonce.
    Challenge,
}

impl Rules {
    /// Whether a factor is among those that meet a requirement.
    pub fn requires(&self, factor: Factor) -> bool {
        self.requirements.iter().flatten().any(|required| *required == factor)
    }
}

impl Default for Rules {
    /// Where nobody has made a policy: something that is shown in the room, and something that says where the student is.
    fn default() -> Self {
        Self {
            requirements: vec![vec![Factor::Code, Factor::Otp], vec![Factor::Geofence, Factor::AccessPoints]],
            uncertain: Uncertain::AcceptAndFlag,
            settled_by: Vec::new(),
            code_mode: CodeMode::Lenient,
            late_grace_seconds: None,
            refused_flags: Vec::new(),
        }
    }
}

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "policy_versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub college_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub policy_id: Uuid,
        /// From 1 on.
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i32,
        #[sea_orm(column_type = "JsonBinary")]
        pub rules: super::Rules,
        pub created_by: Uuid,
        pub created_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
