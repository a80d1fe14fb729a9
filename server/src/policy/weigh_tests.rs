use Factor::{AccessPoints, Code, Face, Geofence, Otp};
use Verdict::{Failed, Passed, Uncertain as Unsure};

use super::*;

fn shown(items: &[(Factor, Verdict)]) -> Vec<Evidence> {
    items.iter().map(|(factor, verdict)| Evidence::new(*factor, *verdict, "")).collect()
}

#[test]
fn each_requirement_is_met_by_any_of_its_factors() {
    let rules = Rules::default();
    let more = |wanted: &[&[Factor]]| Weighed::MoreNeeded(wanted.iter().map(|factors| factors.to_vec()).collect());
    let (shown_there, there): (&[Factor], &[Factor]) = (&[Code, Otp], &[Geofence, AccessPoints]);
    let table: &[(&[(Factor, Verdict)], Weighed)] = &[
        (&[(Code, Passed), (Geofence, Passed)], Weighed::Met(vec![])),
        (&[(Otp, Passed), (AccessPoints, Passed)], Weighed::Met(vec![])),
        (&[(Code, Passed), (Geofence, Unsure)], Weighed::Met(vec![Flag::Uncertain])),
        (&[(Code, Passed), (Geofence, Unsure), (AccessPoints, Passed)], Weighed::Met(vec![])),
        (&[(Code, Passed), (Geofence, Failed), (AccessPoints, Passed)], Weighed::Met(vec![Flag::Contradiction])),
        (&[(Code, Failed), (Otp, Passed), (Geofence, Passed)], Weighed::Met(vec![Flag::Contradiction])),
        (&[(Code, Passed)], more(&[there])),
        (&[(Geofence, Passed)], more(&[shown_there])),
        (&[], more(&[shown_there, there])),
        // Without a code nobody learns that a position is outside.
        (&[(Geofence, Failed)], more(&[shown_there])),
        (&[(Code, Passed), (Geofence, Failed)], Weighed::Failed(Geofence)),
        (&[(Code, Failed), (Geofence, Failed)], Weighed::Failed(Code)),
        (&[(Code, Failed)], Weighed::Failed(Code)),
        (&[(Code, Passed), (Geofence, Passed), (Face, Failed)], Weighed::Met(vec![])),
    ];
    for (items, expected) in table {
        assert_eq!(weigh(&rules, &shown(items)), *expected, "{items:?}");
    }
}

#[test]
fn a_doubt_asks_for_what_would_settle_it() {
    let rules = Rules { uncertain: Uncertain::AskForMore, settled_by: vec![Face], ..Rules::default() };
    let table: &[(&[(Factor, Verdict)], Weighed)] = &[
        (&[(Code, Passed), (Geofence, Unsure)], Weighed::MoreNeeded(vec![vec![AccessPoints, Face]])),
        (&[(Code, Passed), (Geofence, Unsure), (Face, Passed)], Weighed::Met(vec![])),
        (&[(Code, Passed), (Geofence, Unsure), (AccessPoints, Passed)], Weighed::Met(vec![])),
        (&[(Code, Passed), (Geofence, Unsure), (AccessPoints, Unsure)], Weighed::MoreNeeded(vec![vec![Face]])),
        // What was to settle it is wrong.
        (&[(Code, Passed), (Geofence, Unsure), (Face, Failed)], Weighed::Failed(Face)),
        (&[(Code, Passed), (Geofence, Unsure), (AccessPoints, Passed), (Face, Failed)], Weighed::Met(vec![])),
        (&[(Geofence, Unsure), (Face, Failed)], Weighed::MoreNeeded(vec![vec![Code, Otp]])),
        // Nothing is left to ask for.
        (
            &[(Code, Passed), (Geofence, Unsure), (AccessPoints, Unsure), (Face, Unsure)],
            Weighed::Met(vec![Flag::Uncertain]),
        ),
    ];
    for (items, expected) in table {
        assert_eq!(weigh(&rules, &shown(items)), *expected, "{items:?}");
    }
}

#[test]
fn a_flag_is_looked_at_later_or_refused() {
    let mut evidence = shown(&[(Code, Passed), (Geofence, Passed)]);
    evidence[1].flags = vec![Flag::MockedPosition];
    assert_eq!(weigh(&Rules::default(), &evidence), Weighed::Met(vec![Flag::MockedPosition]));
    let strict = Rules { refused_flags: vec![Flag::MockedPosition], ..Rules::default() };
    assert_eq!(weigh(&strict, &evidence), Weighed::Refused(Flag::MockedPosition));
    // What is missing is asked for first.
    evidence.remove(0);
    assert_eq!(weigh(&strict, &evidence), Weighed::MoreNeeded(vec![vec![Code, Otp]]));
}
