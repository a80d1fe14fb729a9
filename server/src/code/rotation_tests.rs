use CodeMode::{Challenge, Lenient, Strict};

use super::*;
use crate::entity::session::Model;

const ROTATION: Rotation = Rotation::new([5; 32], 25);

fn at(milliseconds: i64) -> DateTime<Utc> {
    // A multiple of 25 s and of 10 s, so that a step of every mode begins at 0.
    DateTime::from_timestamp_millis(1_800_000_000_000 + milliseconds).expect("it is a time")
}

fn session(id: u128) -> Model {
    Model { id: Uuid::from_u128(id), ..Model::example(at(0)) }
}

/// The code that is shown at a time.
fn shown(mode: CodeMode, milliseconds: i64) -> ScannedCode {
    let text = ROTATION.show(&session(2), mode, at(milliseconds)).text;
    ScannedCode::parse(&text).expect("it is a code")
}

#[test]
fn a_lenient_code_holds_while_it_is_shown_and_one_interval_longer() {
    let shown = ROTATION.show(&session(2), Lenient, at(7_000));
    assert_eq!((shown.issued_at, shown.expires_at), (at(0), at(25_000)));
    assert!(shown.text.starts_with("R1") && shown.text.len() <= 64 && shown.text.is_ascii());
    let code = ScannedCode::parse(&shown.text).expect("it is a code");
    let holds = |age, age_seconds| Reading::Holds { age, age_seconds, accepted_until: at(50_000) };
    let table = [
        (-1, Reading::Invalid),
        (0, holds(Age::Current, 0)),
        (24_999, holds(Age::Current, 24)),
        (25_000, holds(Age::Previous, 25)),
        (49_999, holds(Age::Previous, 49)),
        (50_000, Reading::Expired { age_seconds: 50 }),
        (86_400_000, Reading::Expired { age_seconds: 86_400 }),
    ];
    for (milliseconds, expected) in table {
        let reading = ROTATION.read(&[code], &session(2), Lenient, at(milliseconds));
        assert_eq!(reading, expected, "after {milliseconds} ms");
    }
}

#[test]
fn a_strict_code_holds_while_it_is_shown_and_four_seconds_longer() {
    let shown = ROTATION.show(&session(2), Strict, at(7_000));
    assert_eq!((shown.issued_at, shown.expires_at), (at(0), at(10_000)));
    assert!(shown.text.starts_with("S1") && shown.text.len() <= 64 && shown.text.is_ascii());
    let code = ScannedCode::parse(&shown.text).expect("it is a code");
    let holds = |age, age_seconds| Reading::Holds { age, age_seconds, accepted_until: at(14_000) };
    let table = [
        (-1, Reading::Invalid),
        (9_999, holds(Age::Current, 9)),
        (10_000, holds(Age::Previous, 10)),
        (13_999, holds(Age::Previous, 13)),
        (14_000, Reading::Expired { age_seconds: 14 }),
        (20_000, Reading::Expired { age_seconds: 20 }),
    ];
    for (milliseconds, expected) in table {
        let reading = ROTATION.read(&[code], &session(2), Strict, at(milliseconds));
        assert_eq!(reading, expected, "after {milliseconds} ms");
    }
    // Never slower than the server is set to.
    let intervals = [(1, 1), (10, 10), (300, 10)].map(|(set, strict)| (Rotation::new([5; 32], set), strict));
    assert!(intervals.iter().all(|(rotation, strict)| rotation.interval_seconds(Strict) == *strict));
}

#[test]
fn acceptance_is_one_step_of_the_age() {
    // From 0 to 4 intervals, every 100 ms: accepted up to a moment, and never again.
    for (mode, interval, end) in [(Lenient, 25_000, 50_000), (Strict, 10_000, 14_000)] {
        let code = shown(mode, 0);
        for age in (0..=4 * interval).step_by(100) {
            let reading = ROTATION.read(&[code], &session(2), mode, at(age));
            assert_eq!(matches!(reading, Reading::Holds { .. }), age < end, "{mode:?} after {age} ms");
            assert_ne!(reading, Reading::Invalid);
        }
    }
    let codes = [0, 1_000, 2_000].map(|time| shown(Challenge, time));
    for age in (0..=10_000).step_by(100) {
        let reading = ROTATION.read(&codes, &session(2), Challenge, at(2_000 + age));
        assert_eq!(matches!(reading, Reading::Holds { .. }), age < 5_000, "after {age} ms");
        assert!(age < 5_000 || matches!(reading, Reading::Expired { .. }), "after {age} ms: {reading:?}");
    }
}

#[test]
fn a_challenge_takes_three_codes_of_one_sequence() {
    let shown_at = |times: &[i64]| times.iter().map(|time| shown(Challenge, *time)).collect::<Vec<_>>();
    let holds = |age, age_seconds| Reading::Holds { age, age_seconds, accepted_until: at(7_000) };
    let table: &[(&[i64], i64, Reading)] = &[
        (&[], 2_500, Reading::Invalid),
        (&[2_000], 2_500, Reading::Unfinished { age_seconds: 0 }),
        (&[1_000, 2_000], 2_500, Reading::Unfinished { age_seconds: 0 }),
        (&[2_000, 2_000, 2_999], 2_999, Reading::Unfinished { age_seconds: 0 }),
        (&[0, 1_000, 2_000], 2_500, holds(Age::Current, 0)),
        (&[2_000, 0, 1_000], 6_999, holds(Age::Previous, 4)),
        (&[0, 1_000, 2_000], 7_000, Reading::Expired { age_seconds: 5 }),
        // One that has not come is none.
        (&[0, 1_000, 3_000], 2_999, Reading::Unfinished { age_seconds: 1 }),
    ];
    for (times, now, expected) in table {
        let reading = ROTATION.read(&shown_at(times), &session(2), Challenge, at(*now));
        assert_eq!(reading, *expected, "{times:?} at {now}");
    }
    // Those of another session count as little as forged ones.
    let mut forged = shown_at(&[0, 1_000, 2_000]);
    forged[1].tag[3] ^= 1;
    assert_eq!(ROTATION.read(&forged, &session(2), Challenge, at(2_500)), Reading::Unfinished { age_seconds: 0 });
    assert_eq!(ROTATION.read(&shown_at(&[0, 1_000, 2_000]), &session(3), Challenge, at(2_500)), Reading::Invalid);
}

#[test]
fn of_several_codes_the_youngest_counts() {
    let codes = [shown(Strict, 0), shown(Strict, 20_000), shown(Strict, 10_000)];
    let holds = Reading::Holds { age: Age::Current, age_seconds: 1, accepted_until: at(34_000) };
    assert_eq!(ROTATION.read(&codes, &session(2), Strict, at(21_000)), holds);
    assert_eq!(ROTATION.read(&codes, &session(2), Strict, at(34_000)), Reading::Expired { age_seconds: 14 });
}

#[test]
fn a_code_of_another_mode_is_one_of_the_past() {
    for (of, mode) in [(Lenient, Strict), (Lenient, Challenge), (Strict, Lenient), (Challenge, Strict)] {
        let code = shown(of, 0);
        assert_eq!(ROTATION.read(&[code], &session(2), mode, at(500)), Reading::Expired { age_seconds: 0 });
        // It cannot be dressed up as one of the mode that is asked for.
        let disguised = ScannedCode { mode, ..code };
        assert_eq!(ROTATION.read(&[disguised], &session(2), mode, at(500_000_000)), Reading::Invalid);
    }
}

#[test]
fn every_bit_of_a_code_counts() {
    for mode in MODES {
        let text = ROTATION.show(&session(2), mode, at(0)).text;
        let bytes = URL_SAFE_NO_PAD.decode(&text[2..]).expect("it is base64");
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            let forged = format!("{}{}", prefix(mode), URL_SAFE_NO_PAD.encode(forged));
            let forged = ScannedCode::parse(&forged).expect("it has the form");
            assert_eq!(ROTATION.read(&[forged], &session(2), mode, at(60_000_000)), Reading::Invalid, "bit {bit}");
        }
    }
}

#[test]
fn a_code_is_for_one_session_one_epoch_one_college_and_one_secret() {
    let code = shown(Lenient, 0);
    let others =
        [session(3), Model { code_epoch: 1, ..session(2) }, Model { college_id: Uuid::from_u128(9), ..session(2) }];
    for other in others {
        assert_eq!(ROTATION.read(&[code], &other, Lenient, at(0)), Reading::Invalid);
    }
    assert_eq!(Rotation::new([6; 32], 25).read(&[code], &session(2), Lenient, at(0)), Reading::Invalid);
    for rubbish in ["", "R1", "R2abc", "hello", &"R1".repeat(100), "R1ééé"] {
        assert_eq!(ScannedCode::parse(rubbish), None, "{rubbish}");
    }
}
