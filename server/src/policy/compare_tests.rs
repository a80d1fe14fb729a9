use Factor::{AccessPoints, Code, Geofence, Otp};
use Verdict::{Failed, Missing, Passed, Uncertain as Unsure};

use super::*;
use crate::entity::policy_version::Uncertain;

/// A code of an age, and a position.
fn shown(code: Verdict, age_seconds: Option<f64>, place: Verdict) -> Vec<Evidence> {
    let mut code = Evidence::new(Code, code, "");
    if let Some(age) = age_seconds {
        code = code.figure("age_seconds", age);
    }
    vec![code, Evidence::new(Geofence, place, "")]
}

fn refused(reason: &str) -> Enforced {
    Enforced::Refused(reason.to_owned())
}

/// The only cell of what was weighed.
fn would_be(rules: &Rules, enforced: &Enforced, evidence: &[Evidence]) -> Option<WouldBe> {
    let mut comparison = Comparison::new(rules, 25);
    comparison.add(Uuid::nil(), enforced.clone(), evidence);
    assert_eq!(comparison.cells.len() + comparison.not_weighed, 1);
    comparison.cells.into_keys().next().map(|(told, would_be)| {
        assert_eq!(&told, enforced);
        would_be
    })
}

#[test]
fn stored_evidence_is_weighed_by_other_rules() {
    let by = |groups: &[&[Factor]]| Rules {
        requirements: groups.iter().map(|factors| factors.to_vec()).collect(),
        ..Rules::default()
    };
    let of_mode = |code_mode| Rules { code_mode, ..Rules::default() };
    let ask = Rules { uncertain: Uncertain::AskForMore, ..Rules::default() };
    let no_mocks = Rules { refused_flags: vec![Flag::MockedPosition], ..Rules::default() };
    let mut mocked = shown(Passed, Some(3.0), Passed);
    mocked[1].flags = vec![Flag::MockedPosition];
    let good = shown(Passed, Some(3.0), Passed);
    let strict = of_mode(CodeMode::Strict);
    let table = [
        (Rules::default(), Enforced::Accepted, good.clone(), Some(WouldBe::Accepted)),
        (Rules::default(), Enforced::Flagged, mocked.clone(), Some(WouldBe::Flagged)),
        (no_mocks, Enforced::Flagged, mocked, Some(WouldBe::Refused(Flag::MockedPosition))),
        (by(&[&[Code]]), refused("OUTSIDE_GEOFENCE"), shown(Passed, Some(3.0), Failed), Some(WouldBe::Accepted)),
        (by(&[&[Code], &[Otp]]), Enforced::Accepted, good.clone(), Some(WouldBe::MoreNeeded)),
        (by(&[&[Code], &[AccessPoints]]), Enforced::Accepted, good, Some(WouldBe::MoreNeeded)),
        (ask, Enforced::Flagged, shown(Passed, Some(3.0), Unsure), Some(WouldBe::MoreNeeded)),
        (
            Rules::default(),
            refused("MORE_EVIDENCE_NEEDED"),
            shown(Passed, Some(3.0), Missing),
            Some(WouldBe::MoreNeeded),
        ),
        // A code that was never true is no truer under any rules.
        (of_mode(CodeMode::Lenient), refused("CODE_INVALID"), shown(Failed, None, Passed), Some(WouldBe::Failed(Code))),
        (strict.clone(), refused("CODE_INVALID"), shown(Failed, None, Passed), Some(WouldBe::Failed(Code))),
        (strict.clone(), Enforced::Accepted, shown(Passed, Some(13.0), Passed), Some(WouldBe::Accepted)),
        (strict.clone(), Enforced::Accepted, shown(Passed, Some(14.0), Passed), Some(WouldBe::Failed(Code))),
        (
            of_mode(CodeMode::Challenge),
            Enforced::Accepted,
            shown(Passed, Some(30.0), Passed),
            Some(WouldBe::Failed(Code)),
        ),
        (strict.clone(), refused("CODE_EXPIRED"), shown(Failed, Some(60.0), Passed), Some(WouldBe::Failed(Code))),
        // Too few of a challenge: enough where one code is, and too few for another challenge.
        (strict.clone(), refused("MORE_EVIDENCE_NEEDED"), shown(Missing, Some(2.0), Passed), Some(WouldBe::Accepted)),
        (
            of_mode(CodeMode::Challenge),
            refused("MORE_EVIDENCE_NEEDED"),
            shown(Missing, Some(2.0), Passed),
            Some(WouldBe::MoreNeeded),
        ),
        (of_mode(CodeMode::Challenge), Enforced::Accepted, shown(Passed, Some(5.0), Passed), Some(WouldBe::Accepted)),
        // What strict rules refused, lenient ones would have taken; and what was taken stays so.
        (
            of_mode(CodeMode::Lenient),
            refused("CODE_EXPIRED"),
            shown(Failed, Some(20.0), Passed),
            Some(WouldBe::Accepted),
        ),
        (
            of_mode(CodeMode::Lenient),
            refused("CODE_EXPIRED"),
            shown(Failed, Some(50.0), Passed),
            Some(WouldBe::Failed(Code)),
        ),
        (of_mode(CodeMode::Lenient), Enforced::Accepted, shown(Passed, Some(80.0), Passed), Some(WouldBe::Accepted)),
        // These no rules decide.
        (strict.clone(), refused("NOT_ENROLLED"), shown(Passed, Some(3.0), Passed), None),
        (strict.clone(), refused("SESSION_NOT_ACTIVE"), shown(Passed, Some(3.0), Passed), None),
        (strict, refused("ALREADY_CHECKED_IN"), Vec::new(), None),
    ];
    for (rules, enforced, evidence, expected) in table {
        assert_eq!(would_be(&rules, &enforced, &evidence), expected, "{enforced:?} {evidence:?} by {rules:?}");
    }
}

#[test]
fn what_makes_a_difference_is_named_up_to_a_bound() {
    let rules = Rules { requirements: vec![vec![Code], vec![Otp]], ..Rules::default() };
    let mut comparison = Comparison::new(&rules, 25);
    for number in 0..120 {
        comparison.add(Uuid::from_u128(number), Enforced::Accepted, &shown(Passed, Some(3.0), Passed));
        comparison.add(Uuid::from_u128(number), refused("CODE_INVALID"), &shown(Failed, None, Passed));
    }
    let cells: Vec<_> = comparison.cells.into_iter().collect();
    let [(accepted, lost), (refused_key, same)] = cells.as_slice() else { panic!("two cells: {cells:?}") };
    assert_eq!(*accepted, (Enforced::Accepted, WouldBe::MoreNeeded));
    assert_eq!(lost.count, 120);
    assert_eq!(lost.examples, (0..50).map(Uuid::from_u128).collect::<Vec<_>>());
    assert_eq!(*refused_key, (refused("CODE_INVALID"), WouldBe::Failed(Code)));
    assert_eq!((same.count, same.examples.len()), (120, 0));
}
