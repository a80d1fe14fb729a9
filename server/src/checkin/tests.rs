use chrono::TimeDelta;

use super::*;
use crate::{
    code::Age,
    entity::evidence::Verdict,
    geofence::{Circle, Position},
};

const FENCE: Fence<'static> = Fence::Circle(Circle { latitude: 18.52, longitude: 73.85, radius_meters: 50.0 });
const HOLDS: Reading =
    Reading::Holds { age: Age::Current, age_seconds: 3, accepted_until: DateTime::<Utc>::UNIX_EPOCH };
const HERE: Reported =
    Reported { position: Position { latitude: 18.52, longitude: 73.85, accuracy_meters: Some(5.0) }, is_mocked: false };
const UNSURE: Reported = Reported {
    position: Position { latitude: 18.5204, longitude: 73.85, accuracy_meters: Some(20.0) },
    is_mocked: false,
};
const AWAY: Reported =
    Reported { position: Position { latitude: 18.53, longitude: 73.85, accuracy_meters: Some(5.0) }, is_mocked: false };

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("it is a time")
}

/// Planned and started at 0, with ten minutes of grace.
fn session(state: State) -> Session {
    Session { state, ..Session::example(at(0)) }
}

fn reason(decision: &Decision) -> Result<Status, crate::problem::ErrorReason> {
    decision.outcome.as_ref().map(|accepted| accepted.status).map_err(Refusal::reason)
}

#[test]
fn each_combination_of_what_is_shown_leads_to_one_outcome() {
    use crate::problem::ErrorReason::{CodeExpired, CodeInvalid, MoreEvidenceNeeded, OutsideGeofence};
    let expired = Reading::Expired { age_seconds: 60 };
    let table = [
        (Some(HOLDS), Some(HERE), Ok(Status::Present)),
        (Some(HOLDS), Some(UNSURE), Ok(Status::Present)),
        (Some(HOLDS), Some(AWAY), Err(OutsideGeofence)),
        (Some(HOLDS), None, Err(MoreEvidenceNeeded)),
        (Some(expired), Some(HERE), Err(CodeExpired)),
        (Some(expired), None, Err(CodeExpired)),
        (Some(Reading::Invalid), Some(HERE), Err(CodeInvalid)),
        (Some(Reading::Invalid), Some(AWAY), Err(CodeInvalid)),
        (None, Some(HERE), Err(MoreEvidenceNeeded)),
        (None, Some(AWAY), Err(MoreEvidenceNeeded)),
        (None, None, Err(MoreEvidenceNeeded)),
    ];
    for (code, position, expected) in table {
        let decision = decide(
            &session(State::Active),
            &FENCE,
            &Rules::default(),
            true,
            &Shown { code, position, ..Shown::default() },
            at(60),
        );
        assert_eq!(reason(&decision), expected, "{code:?} {position:?}");
        assert_eq!(decision.evidence.len(), 2);
    }
}

#[test]
fn who_is_not_enrolled_learns_nothing_else() {
    use crate::problem::ErrorReason::{NotEnrolled, SessionNotActive};
    let shown = Shown { code: Some(Reading::Invalid), position: Some(AWAY), ..Shown::default() };
    for state in [State::Scheduled, State::Active, State::Completed, State::Cancelled] {
        assert_eq!(reason(&decide(&session(state), &FENCE, &Rules::default(), false, &shown, at(0))), Err(NotEnrolled));
    }
    for state in [State::Scheduled, State::Completed, State::Cancelled] {
        assert_eq!(
            reason(&decide(&session(state), &FENCE, &Rules::default(), true, &shown, at(0))),
            Err(SessionNotActive)
        );
    }
}

#[test]
fn lateness_counts_from_the_later_of_plan_and_start() {
    let shown = Shown { code: Some(HOLDS), position: Some(HERE), ..Shown::default() };
    // (started at, now, status, late by)
    let table = [
        (0, -60, Status::Present, 0),
        (0, 600, Status::Present, 0),
        (0, 601, Status::Late, 601),
        (-300, 600, Status::Present, 0),
        (-300, 601, Status::Late, 601),
        (1200, 1500, Status::Present, 0),
        (1200, 1801, Status::Late, 601),
    ];
    for (started, now, status, late_by_seconds) in table {
        let session = Session { started_at: Some(at(started)), ..session(State::Active) };
        let decision = decide(&session, &FENCE, &Rules::default(), true, &shown, at(now));
        let accepted = decision.outcome.expect("it is accepted");
        assert_eq!(
            (accepted.status, accepted.late_by_seconds),
            (status, late_by_seconds),
            "started {started}, now {now}"
        );
    }
}

#[test]
fn evidence_keeps_the_doubt_and_the_numbers() {
    let shown = Shown { code: Some(HOLDS), position: Some(UNSURE), ..Shown::default() };
    let decision =
        decide(&session(State::Active), &FENCE, &Rules::default(), true, &shown, at(0) + TimeDelta::seconds(1));
    let [code, place] = decision.evidence.as_slice() else { panic!("two factors") };
    assert_eq!((code.verdict, code.figures["age_seconds"]), (Verdict::Passed, 3.0));
    assert_eq!(place.verdict, Verdict::Uncertain);
    assert!((place.figures["distance_meters"] - 44.3).abs() < 0.5);
    assert_eq!((place.figures["radius_meters"], place.figures["accuracy_meters"]), (50.0, 20.0));
}

#[test]
fn a_one_time_password_does_what_a_code_does() {
    use crate::problem::ErrorReason::{AttemptsExhausted, MoreEvidenceNeeded, OtpExpired, OtpInvalid};
    let holds = OtpReading::Holds { is_personal: false, id: uuid::Uuid::nil(), age_seconds: 5, expires_at: at(60) };
    let expired = OtpReading::Expired { age_seconds: 70 };
    let exhausted = OtpReading::Exhausted { retry_after_seconds: 9 };
    let old = Reading::Expired { age_seconds: 60 };
    let table = [
        (None, holds, Some(HERE), Ok(("OTP", vec![]))),
        (Some(HOLDS), holds, Some(HERE), Ok(("COMBINED", vec![]))),
        (None, holds, None, Err(MoreEvidenceNeeded)),
        (None, expired, Some(HERE), Err(OtpExpired)),
        (None, OtpReading::Invalid, Some(HERE), Err(OtpInvalid)),
        (None, OtpReading::Invalid, Some(AWAY), Err(OtpInvalid)),
        (None, exhausted, Some(HERE), Err(AttemptsExhausted)),
        // What failed beside what holds is for staff to look at.
        (Some(HOLDS), OtpReading::Invalid, Some(HERE), Ok(("QR", vec![Flag::Contradiction]))),
        (Some(old), holds, Some(HERE), Ok(("OTP", vec![Flag::Contradiction]))),
        (Some(Reading::Unfinished { age_seconds: 1 }), holds, Some(HERE), Ok(("OTP", vec![]))),
    ];
    for (code, otp, position, expected) in table {
        let shown = Shown { code, otp: Some(otp), position, ..Shown::default() };
        let decision = decide(&session(State::Active), &FENCE, &Rules::default(), true, &shown, at(60));
        let told = match &decision.outcome {
            Ok(accepted) => Ok((accepted.verification_method, accepted.flags.clone())),
            Err(refusal) => Err(refusal.reason()),
        };
        assert_eq!(told, expected, "{shown:?}");
        assert_eq!(decision.evidence.len(), 3);
    }
}

#[test]
fn a_sequence_that_is_not_whole_is_asked_for() {
    let shown = Shown { code: Some(Reading::Unfinished { age_seconds: 1 }), position: Some(HERE), ..Shown::default() };
    let decision = decide(&session(State::Active), &FENCE, &Rules::default(), true, &shown, at(60));
    assert_eq!(reason(&decision), Err(crate::problem::ErrorReason::MoreEvidenceNeeded));
}
