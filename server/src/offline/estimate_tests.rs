use super::*;

/// Seconds from the session's start. The nonce is asked for five minutes before it, and the code is shown from 60 on, for 50 s.
fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("it is a time")
}

const ASKED: i64 = -300;

/// A device whose clock is an hour behind, which makes no difference, and which says that it signed then.
fn told(signed: i64) -> Told {
    let (asked_at, elapsed) = (at(ASKED), TimeDelta::seconds(signed - ASKED));
    let nonce_received_at = asked_at - TimeDelta::hours(1);
    Told { asked_at, elapsed, nonce_received_at, signed_at: nonce_received_at + elapsed }
}

/// Of a session of an hour, handed in an hour after it.
fn known() -> Known {
    Known { started_at: at(0), ended_at: Some(at(3600)), code: Some((at(60), at(110))), arrived_at: at(7200) }
}

#[test]
fn a_time_is_believed_where_nothing_speaks_against_it() {
    use Doubt::{AfterCode, Ahead, BeforeCode, ClocksDisagree, NoCode, NotDuringSession};
    let no_code = |known| Known { code: None, ..known };
    let running = Known { ended_at: None, arrived_at: at(120), ..known() };
    let set = |signed, by| Told { signed_at: told(signed).signed_at + TimeDelta::seconds(by), ..told(signed) };
    // (what, told, known, doubt, at)
    let table = [
        ("as it was", told(70), known(), None, 70),
        ("when the code came up", told(60), known(), None, 60),
        ("a slow clock", told(50), known(), None, 60),
        ("before the code", told(49), known(), Some(BeforeCode), 60),
        ("as long as the code holds", told(109), known(), None, 109),
        ("after the code", told(110), known(), Some(AfterCode), 60),
        ("long after the code, in the session", told(1800), known(), Some(AfterCode), 60),
        ("before it was asked for", told(ASKED), known(), Some(BeforeCode), 60),
        ("while the session runs", told(70), running, None, 70),
        ("in the future", told(7211), known(), Some(Ahead), 60),
        ("in the future, while the session runs", told(140), running, Some(Ahead), 60),
        ("a fast clock, while the session runs", told(105), Known { arrived_at: at(100), ..running }, None, 100),
        ("a clock that was corrected a little", set(70, 300), known(), None, 70),
        ("a clock that was set forward", set(70, 301), known(), Some(ClocksDisagree), 60),
        ("a clock that was set back", set(70, -301), known(), Some(ClocksDisagree), 60),
        ("no code", told(1800), no_code(known()), Some(NoCode), 1800),
        ("no code, before the session", told(-11), no_code(known()), Some(NotDuringSession), 0),
        ("no code, after the session", told(3611), no_code(known()), Some(NotDuringSession), 3600),
        ("no code, in the future", told(9000), no_code(running), Some(Ahead), 120),
        // The last code of a session is accepted for longer than that runs.
        ("a code at the end", told(3609), Known { code: Some((at(3590), at(3640))), ..known() }, None, 3600),
        (
            "a code after the end",
            told(3611),
            Known { code: Some((at(3590), at(3640))), ..known() },
            Some(NotDuringSession),
            3590,
        ),
        // The first one's step may have begun before.
        ("a code at the start", told(2), Known { code: Some((at(-20), at(30))), ..known() }, None, 2),
    ];
    for (what, told, known, doubt, expected) in table {
        let estimate = estimate(&told, &known);
        assert_eq!((estimate.doubt, estimate.at), (doubt, at(expected)), "{what}");
    }
}

#[test]
fn nothing_is_earlier_than_its_nonce_and_its_code() {
    let late_nonce = Told { asked_at: at(100), elapsed: TimeDelta::zero(), ..told(100) };
    let table = [
        (told(70), known(), 60),
        (told(70), Known { code: None, ..known() }, ASKED),
        (late_nonce, known(), 100),
        // A code that comes from the future is of a clock that is ahead.
        (told(70), Known { arrived_at: at(50), ended_at: None, ..known() }, 50),
    ];
    for (told, known, expected) in table {
        let estimate = estimate(&told, &known);
        assert_eq!(estimate.earliest, at(expected), "{told:?} {known:?}");
        assert!(estimate.at <= known.arrived_at, "{told:?} {known:?}");
    }
}

#[test]
fn a_clock_is_held_against_the_one_that_nobody_sets() {
    let disagreement = |by| {
        let told = Told { signed_at: told(70).signed_at + TimeDelta::seconds(by), ..told(70) };
        estimate(&told, &known()).clock_disagreement.num_seconds()
    };
    assert_eq!([-900, 0, 900].map(disagreement), [-900, 0, 900]);
}
