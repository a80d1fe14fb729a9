//! Policies as the contract writes them.

use rollcall_proto::v1::{
    Policy, PolicyRules, PolicyVersion, SessionPolicy,
    attendance_record::Flag as ProtoFlag,
    evidence::Factor as ProtoFactor,
    policy::Scope as ProtoScope,
    policy_rules::{CodeMode as ProtoCodeMode, Requirement, Uncertain as ProtoUncertain},
};
use serde::{
    Deserialize as _,
    de::{IntoDeserializer as _, value::Error},
};
use uuid::Uuid;

use super::applied::Applied;
use crate::{
    convert::timestamp,
    entity::{
        evidence::{Factor, Flag},
        policy::{Model, Scope},
        policy_version::{CodeMode, Model as Version, Rules, Uncertain},
    },
};

pub fn to_proto(policy: Model, version: Version) -> Policy {
    Policy {
        id: policy.id.to_string(),
        scope: scope_to_proto(policy.scope).into(),
        scope_id: (policy.scope != Scope::College).then(|| policy.scope_id.to_string()),
        is_shadow: Some(policy.is_shadow),
        rules: Some(rules_to_proto(&version.rules)),
        version: version.version,
        created_at: Some(timestamp(policy.created_at)),
        updated_at: Some(timestamp(policy.updated_at)),
        deleted_at: policy.deleted_at.map(timestamp),
    }
}

pub fn version_to_proto(version: Version) -> PolicyVersion {
    PolicyVersion {
        version: version.version,
        rules: Some(rules_to_proto(&version.rules)),
        created_by: version.created_by.to_string(),
        created_at: Some(timestamp(version.created_at)),
    }
}

pub fn applied_to_proto(session_id: Uuid, applied: &Applied) -> SessionPolicy {
    SessionPolicy {
        session_id: session_id.to_string(),
        rules: Some(rules_to_proto(&applied.rules)),
        policy_id: applied.version.map(|(id, _)| id.to_string()).unwrap_or_default(),
        version: applied.version.map(|(_, version)| version).unwrap_or_default(),
    }
}

pub const fn scope_from_proto(scope: ProtoScope) -> Option<Scope> {
    match scope {
        ProtoScope::Unspecified => None,
        ProtoScope::College => Some(Scope::College),
        ProtoScope::Division => Some(Scope::Division),
        ProtoScope::Timetable => Some(Scope::Timetable),
        ProtoScope::Session => Some(Scope::Session),
    }
}

pub const fn scope_to_proto(scope: Scope) -> ProtoScope {
    match scope {
        Scope::College => ProtoScope::College,
        Scope::Division => ProtoScope::Division,
        Scope::Timetable => ProtoScope::Timetable,
        Scope::Session => ProtoScope::Session,
    }
}

/// What is none of the contract's factors and flags is kept as unknown, which the rules refuse.
pub fn rules_from_proto(rules: &PolicyRules) -> Rules {
    Rules {
        requirements: rules
            .requirements
            .iter()
            .map(|requirement| requirement.factors().map(factor_from_proto).collect())
            .collect(),
        uncertain: match rules.uncertain() {
            ProtoUncertain::Unspecified | ProtoUncertain::AcceptAndFlag => Uncertain::AcceptAndFlag,
            ProtoUncertain::AskForMore => Uncertain::AskForMore,
        },
        settled_by: rules.settled_by().map(factor_from_proto).collect(),
        code_mode: match rules.code_mode() {
            ProtoCodeMode::Unspecified | ProtoCodeMode::Lenient => CodeMode::Lenient,
            ProtoCodeMode::Strict => CodeMode::Strict,
            ProtoCodeMode::Challenge => CodeMode::Challenge,
        },
        late_grace_seconds: rules.late_grace_seconds,
        refused_flags: rules.refused_flags().map(flag_from_proto).collect(),
        start_needs_face: rules.start_needs_face,
    }
}

fn rules_to_proto(rules: &Rules) -> PolicyRules {
    let factors = |factors: &[Factor]| factors.iter().map(|factor| factor_to_proto(*factor).into()).collect();
    PolicyRules {
        requirements: rules.requirements.iter().map(|any| Requirement { factors: factors(any) }).collect(),
        uncertain: match rules.uncertain {
            Uncertain::AcceptAndFlag => ProtoUncertain::AcceptAndFlag,
            Uncertain::AskForMore => ProtoUncertain::AskForMore,
        }
        .into(),
        settled_by: factors(&rules.settled_by),
        code_mode: match rules.code_mode {
            CodeMode::Lenient => ProtoCodeMode::Lenient,
            CodeMode::Strict => ProtoCodeMode::Strict,
            CodeMode::Challenge => ProtoCodeMode::Challenge,
        }
        .into(),
        late_grace_seconds: rules.late_grace_seconds,
        refused_flags: rules.refused_flags.iter().map(|flag| flag_to_proto(*flag).into()).collect(),
        start_needs_face: rules.start_needs_face,
    }
}

// Factors and flags have the contract's names where they are kept, so that a new one has to be named in one place only.

pub fn factor_to_proto(factor: Factor) -> ProtoFactor {
    ProtoFactor::from_str_name(factor.name()).unwrap_or_default()
}

fn factor_from_proto(factor: ProtoFactor) -> Factor {
    let read: Result<_, Error> = Factor::deserialize(factor.as_str_name().into_deserializer());
    read.unwrap_or(Factor::Unknown)
}

pub fn flag_to_proto(flag: Flag) -> ProtoFlag {
    ProtoFlag::from_str_name(flag.name()).unwrap_or_default()
}

fn flag_from_proto(flag: ProtoFlag) -> Flag {
    let read: Result<_, Error> = Flag::deserialize(flag.as_str_name().into_deserializer());
    read.unwrap_or(Flag::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_factor_and_flag_of_the_contract_is_known() {
        assert_eq!(factor_from_proto(ProtoFactor::Unspecified), Factor::Unknown);
        assert_eq!(flag_from_proto(ProtoFlag::Unspecified), Flag::Unknown);
        for number in 1..64 {
            if let Ok(factor) = ProtoFactor::try_from(number) {
                assert_eq!(factor_to_proto(factor_from_proto(factor)), factor);
            }
            if let Ok(flag) = ProtoFlag::try_from(number) {
                assert_eq!(flag_to_proto(flag_from_proto(flag)), flag);
            }
        }
    }
}
