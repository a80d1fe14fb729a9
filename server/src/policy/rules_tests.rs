use Factor::{AccessPoints, Code, Device, Face, Geofence, Network, Otp, Travel, Unknown};

use super::*;

/// Of a college that offers everything.
const ALL: &[Factor] = &[];

fn requiring(groups: &[&[Factor]]) -> Rules {
    Rules { requirements: groups.iter().map(|factors| factors.to_vec()).collect(), ..Rules::default() }
}

/// The fields at fault.
fn faults(rules: &Rules, off: &[Factor]) -> Vec<String> {
    match check(rules, off, "policy.") {
        Ok(()) => Vec::new(),
        Err(problem) => {
            assert_eq!(problem.reason, ErrorReason::PolicyUnsatisfiable);
            let field = |fault: Violation| fault.field.strip_prefix("policy.rules.").expect("the prefix").to_owned();
            problem.violations.into_iter().map(field).collect()
        }
    }
}

#[test]
fn requirements_can_be_met_and_prove_something() {
    let table: &[(&[&[Factor]], &[&str])] = &[
        (&[&[Code, Otp], &[Geofence, AccessPoints]], &[]),
        (&[&[Code]], &[]),
        (&[&[Otp]], &[]),
        (&[&[Code], &[Device], &[Face, Geofence]], &[]),
        (&[&[Device], &[Geofence]], &[]),
        // Either a face, or a code and a position.
        (&[&[Face, Code], &[Face, Geofence]], &[]),
        (&[], &["requirements"]),
        (&[&[]], &["requirements[0].factors", "requirements"]),
        (&[&[Code], &[]], &["requirements[1].factors"]),
        (&[&[Code, Code]], &["requirements[0].factors[1]"]),
        (&[&[Code], &[Travel]], &["requirements[1].factors[0]"]),
        (&[&[Code], &[Geofence, Network]], &[]),
        (&[&[Code], &[Network]], &[]),
        (&[&[Code], &[Geofence, Unknown]], &["requirements[1].factors[1]"]),
        (&[&[AccessPoints]], &["requirements"]),
        (&[&[Geofence], &[AccessPoints]], &["requirements"]),
        (&[&[Network]], &["requirements"]),
        (&[&[Code, Network]], &["requirements"]),
        // It could be met by access points alone.
        (&[&[Code, AccessPoints]], &["requirements"]),
        (&[&[Code, AccessPoints], &[Code, Geofence]], &["requirements"]),
        (&[&[Code], &[Code, Otp]], &["requirements[1].factors"]),
        (&[&[Code, Otp], &[Code]], &["requirements[0].factors"]),
        (&[&[Code], &[Code]], &["requirements[1].factors"]),
        (&[&[Code, Otp], &[Otp, Code]], &["requirements[1].factors"]),
    ];
    for (groups, expected) in table {
        assert_eq!(faults(&requiring(groups), ALL), *expected, "{groups:?}");
    }
}

#[test]
fn nobody_is_asked_for_what_the_college_does_not_offer() {
    let table: &[(&[Factor], &[&[Factor]], &[&str])] = &[
        (&[Face], &[&[Code], &[Face]], &["requirements[1].factors"]),
        (&[Face], &[&[Code], &[Face, Geofence]], &[]),
        (&[Face], &[&[Code], &[Face, Network]], &[]),
        (&[Face, Network], &[&[Code], &[Face, Network]], &["requirements[1].factors"]),
        (&[Face], &[&[Face]], &["requirements[0].factors"]),
        (&[Face], &[&[Code], &[Network]], &[]),
        (&[Network], &[&[Code], &[Network]], &["requirements[1].factors"]),
        (&[Network], &[&[Code], &[Geofence, Network]], &[]),
        (&[Face, Network], &[&[Code]], &[]),
    ];
    for (off, groups, expected) in table {
        let rules = requiring(groups);
        assert_eq!(faults(&rules, off), *expected, "{groups:?} without {off:?}");
        // Whoever switches something off is told the same.
        assert_eq!(rules.need_any(off), !expected.is_empty(), "{groups:?} without {off:?}");
    }
    for factor in [Face, Network] {
        let rules = Rules { uncertain: Uncertain::AskForMore, settled_by: vec![factor], ..Rules::default() };
        assert_eq!((faults(&rules, ALL), faults(&rules, &[factor])), (vec![], vec!["settled_by[0]".to_owned()]));
        assert_eq!((rules.need_any(ALL), rules.need_any(&[factor])), (false, true));
    }
}

#[test]
fn a_doubt_is_settled_by_something_else_or_not_at_all() {
    use Uncertain::{AcceptAndFlag, AskForMore};
    let table: &[(Uncertain, &[Factor], &[&str])] = &[
        (AcceptAndFlag, &[], &[]),
        (AskForMore, &[], &[]),
        (AskForMore, &[Face, Device], &[]),
        (AcceptAndFlag, &[Face], &["settled_by"]),
        (AskForMore, &[Code], &["settled_by[0]"]),
        (AskForMore, &[Face, AccessPoints], &["settled_by[1]"]),
        (AskForMore, &[Face, Face], &["settled_by[1]"]),
        (AskForMore, &[Travel], &["settled_by[0]"]),
        (AskForMore, &[Unknown], &["settled_by[0]"]),
    ];
    for (uncertain, settled_by, expected) in table {
        let rules = Rules { uncertain: *uncertain, settled_by: settled_by.to_vec(), ..Rules::default() };
        assert_eq!(faults(&rules, ALL), *expected, "{uncertain:?} {settled_by:?}");
    }
}

#[test]
fn what_is_refused_is_not_accepted_elsewhere() {
    use Flag::{MockedPosition, SharedDevice};
    use Uncertain::{AcceptAndFlag, AskForMore};
    let table: &[(Uncertain, &[Flag], &[&str])] = &[
        (AcceptAndFlag, &[MockedPosition, SharedDevice], &[]),
        (AcceptAndFlag, &[MockedPosition, Flag::Uncertain], &["refused_flags[1]"]),
        (AskForMore, &[Flag::Uncertain], &[]),
        (AskForMore, &[MockedPosition, MockedPosition], &["refused_flags[1]"]),
        (AskForMore, &[Flag::Unknown], &["refused_flags[0]"]),
        (AskForMore, &[Flag::ImpossibleTravel, Flag::SharedPosition], &["refused_flags[1]"]),
    ];
    for (uncertain, flags, expected) in table {
        let rules = Rules { uncertain: *uncertain, refused_flags: flags.to_vec(), ..Rules::default() };
        assert_eq!(faults(&rules, ALL), *expected, "{uncertain:?} {flags:?}");
    }
}

#[test]
fn a_challenge_is_one_for_whoever_shows_a_code() {
    for (groups, expected) in [(&[&[Otp][..]], vec!["code_mode".to_owned()]), (&[&[Code, Otp][..]], vec![])] {
        let rules = Rules { code_mode: CodeMode::Challenge, ..requiring(groups) };
        assert_eq!(faults(&rules, ALL), expected, "{groups:?}");
    }
}
