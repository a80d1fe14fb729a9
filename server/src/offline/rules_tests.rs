use super::*;

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("it is a time") + TimeDelta::hours(hours)
}

/// Made at 0 with a nonce of an hour before, and handed in so many hours later.
fn came(after: i64, doubt: Option<estimate::Doubt>) -> Came {
    Came {
        estimate: Estimate { at: at(0), earliest: at(0), clock_disagreement: TimeDelta::zero(), doubt },
        asked_at: at(-1),
        arrived_at: at(after),
        key_since: at(-100),
        code_mode: Some(CodeMode::Lenient),
    }
}

/// A day, for a session of two hours that is over.
const TERMS: Terms = Terms {
    window: TimeDelta::hours(24),
    session_length: TimeDelta::hours(2),
    code_mode: CodeMode::Lenient,
    is_running: false,
};

#[test]
fn what_comes_in_time_counts_and_what_is_in_doubt_waits() {
    use estimate::Doubt::{ClocksDisagree, NoCode, NotDuringSession};
    let good = came(1, None);
    let no_code = |doubt| Came { code_mode: None, ..came(1, Some(doubt)) };
    let off = Terms { window: TimeDelta::zero(), ..TERMS };
    let challenge = Terms { code_mode: CodeMode::Challenge, ..TERMS };
    let waits = |doubt| Ok(Some(doubt));
    let late = |hours| Err(Refused::TooLate(TimeDelta::hours(hours)));
    let table = [
        ("in time", good, TERMS, Ok(None)),
        ("on the edge", came(24, None), TERMS, Ok(None)),
        ("after it", came(25, None), TERMS, waits(Doubt::Late)),
        ("a week after it", came(24 + 168, None), TERMS, waits(Doubt::Late)),
        ("longer", came(25 + 168, None), TERMS, late(26 + 168)),
        ("a nonce as old as may be", Came { asked_at: at(-25), ..good }, TERMS, Ok(None)),
        ("an older nonce", Came { asked_at: at(-26), ..good }, TERMS, waits(Doubt::NonceOld)),
        ("a nonce of last week", Came { asked_at: at(-26 - 168), ..good }, TERMS, late(27 + 168)),
        (
            "a nonce of a short session",
            Came { asked_at: at(-24), ..good },
            Terms { session_length: TimeDelta::minutes(30), ..TERMS },
            waits(Doubt::NonceOld),
        ),
        ("none are taken", good, off, Err(Refused::Disabled)),
        ("a younger key", Came { key_since: at(1), ..good }, TERMS, waits(Doubt::KeyYounger)),
        ("other rules", Came { code_mode: Some(CodeMode::Strict), ..good }, TERMS, waits(Doubt::OtherRules)),
        ("a challenge", Came { code_mode: Some(CodeMode::Challenge), ..good }, challenge, waits(Doubt::Challenge)),
        ("a clock that was set", came(1, Some(ClocksDisagree)), TERMS, waits(Doubt::Time(ClocksDisagree))),
        ("no code", no_code(NoCode), TERMS, waits(Doubt::Time(NoCode))),
        ("at another time", no_code(NotDuringSession), TERMS, Err(Refused::NotDuringSession)),
        ("at another time, with a code", came(1, Some(NotDuringSession)), TERMS, waits(Doubt::Time(NotDuringSession))),
    ];
    for (what, came, terms, expected) in table {
        assert_eq!(receive(&came, &terms), expected, "{what}");
        // While the session runs nobody is made absent by a doubt.
        let running = Terms { is_running: true, ..terms };
        let expected = match expected {
            Ok(Some(doubt)) => Err(Refused::StillRunning(doubt)),
            other => other,
        };
        assert_eq!(receive(&came, &running), expected, "{what}, while the session runs");
    }
}
