//! The rules of a policy, as they were from one change to the next. Never changed.

use sea_orm::{
    ColumnTrait as _, ExprTrait as _, FromJsonQueryResult, QueryFilter as _,
    sea_query::{Expr, Query},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    evidence::{Factor, Flag},
    of_a_college, policy, session,
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
    /// Whether a teacher who starts a session shows her own face.
    #[serde(default)]
    pub start_needs_face: bool,
}

/// The rules by which check-ins of a college are decided, now or in sessions to come: the newest of each policy that is in force
/// and no shadow, but for sessions that are over.
pub fn deciding(college_id: Uuid) -> Find {
    let same = |column: policy::Column, other: Column| Expr::col(column.as_column_ref()).equals(other.as_column_ref());
    let is_over = Query::select()
        .expr(Expr::val(1))
        .from(session::Column::Id.entity_name())
        .and_where(
            Expr::col(session::Column::CollegeId.as_column_ref()).equals(policy::Column::CollegeId.as_column_ref()),
        )
        .and_where(Expr::col(session::Column::Id.as_column_ref()).equals(policy::Column::ScopeId.as_column_ref()))
        .and_where(session::Column::State.is_in([session::State::Completed, session::State::Cancelled]))
        .to_owned();
    let in_force = Query::select()
        .expr(Expr::val(1))
        .from(policy::Column::Id.entity_name())
        .and_where(same(policy::Column::CollegeId, Column::CollegeId))
        .and_where(same(policy::Column::Id, Column::PolicyId))
        .and_where(same(policy::Column::Version, Column::Version))
        .and_where(policy::Column::DeletedAt.is_null())
        .and_where(policy::Column::IsShadow.eq(false))
        .and_where(Expr::exists(is_over).not())
        .to_owned();
    in_college(college_id).filter(Expr::exists(in_force))
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
    /// Whether it makes a difference what a factor says.
    pub fn looks_at(&self, factor: Factor) -> bool {
        self.requires(factor) || self.settled_by.contains(&factor)
    }

    /// Whether they ask for what is only to be had by one of these factors.
    pub fn need_any(&self, factors: &[Factor]) -> bool {
        let are_all =
            |required: &Vec<Factor>| !required.is_empty() && required.iter().all(|factor| factors.contains(factor));
        self.requirements.iter().any(are_all)
            || self.settled_by.iter().any(|factor| factors.contains(factor))
            || self.start_needs_face && factors.contains(&Factor::Face)
    }

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
            start_needs_face: false,
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
