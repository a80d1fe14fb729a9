use super::*;
use crate::entity::{
    evidence::{EvidenceList, FlagList},
    session::Model as Session,
    signals::Signal,
};

/// What is heard at a place, by somebody.
fn signals(place: u64, person: i16) -> Signals {
    Signals(
        (0..6)
            .map(|number| Signal { address: place * 100 + number, rssi_dbm: -50 - 4 * number as i16 - person % 5 })
            .collect(),
    )
}

fn candidate(person: u128, place: u64) -> Candidate {
    let id = Uuid::from_u128(person);
    Candidate { record_id: id, student_id: id, signals: signals(place, person as i16) }
}

fn reference(id: u128, person: u128, place: u64) -> Reference {
    Reference { id: Uuid::from_u128(id), student_id: Uuid::from_u128(person), signals: signals(place, person as i16) }
}

/// People from the first on, all at a place.
fn people(first: u128, count: u128, place: u64) -> Vec<Candidate> {
    (first..first + count).map(|person| candidate(person, place)).collect()
}

fn students(learnt: &Learnt) -> Vec<u128> {
    learnt.learnt.iter().map(|candidate| candidate.student_id.as_u128()).collect()
}

#[test]
fn a_room_learns_from_five_who_agree() {
    assert_eq!(students(&choose(people(0, 5, 1), &[])), [0, 1, 2, 3, 4]);
    assert_eq!(choose(people(0, 4, 1), &[]), Learnt::default());
    assert_eq!(choose(Vec::new(), &[]), Learnt::default());
    // Of many, ten, from the first to the last.
    assert_eq!(students(&choose(people(0, 11, 1), &[])), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(students(&choose(people(0, 30, 1), &[])), [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
    // Who has heard next to nothing says nothing.
    let mut poor = people(0, 5, 1);
    poor[0].signals.0.truncate(2);
    assert_eq!(choose(poor, &[]), Learnt::default());
}

#[test]
fn who_was_elsewhere_teaches_nothing() {
    let with = |others: Vec<Candidate>| {
        let mut all = people(0, 6, 1);
        all.extend(others);
        students(&choose(all, &[]))
    };
    assert_eq!(with(people(90, 1, 2)), [0, 1, 2, 3, 4, 5]);
    // Together, and from two places.
    assert_eq!(with(people(90, 3, 2)), [0, 1, 2, 3, 4, 5]);
    assert_eq!(with([people(90, 2, 2), people(95, 3, 3)].concat()), [0, 1, 2, 3, 4, 5]);
    // As many as were there: then nobody knows.
    assert_eq!(with(people(90, 6, 2)), [] as [u128; 0]);
}

#[test]
fn few_are_held_against_what_is_known() {
    let known: Vec<Reference> = (0..10).map(|id| reference(id, 50 + id, 1)).collect();
    assert_eq!(students(&choose(people(0, 2, 1), &known)), [0, 1]);
    assert_eq!(choose(people(0, 2, 2), &known), Learnt::default());
    assert_eq!(choose(people(0, 2, 1), &known[..9]), Learnt::default());
}

#[test]
fn the_newest_stay_and_two_of_a_person() {
    // Twenty, the newest first, two of each of ten people.
    let known: Vec<Reference> = (0..20).map(|id| reference(id, id / 2, 1)).collect();
    let learnt = choose(people(0, 5, 1), &known);
    // Five come; of each of them the older one goes, and so there is room for all others.
    let forgotten: Vec<u128> = learnt.forgotten.iter().map(Uuid::as_u128).collect();
    assert_eq!((students(&learnt).len(), forgotten), (5, vec![1, 3, 5, 7, 9]));
    // Of others the oldest.
    let learnt = choose(people(70, 5, 1), &known);
    let forgotten: Vec<u128> = learnt.forgotten.iter().map(Uuid::as_u128).collect();
    assert_eq!(forgotten, [15, 16, 17, 18, 19]);
}

#[test]
fn a_room_that_has_changed_is_learnt_anew() {
    let known: Vec<Reference> = (0..20).map(|id| reference(id, 50 + id, 1)).collect();
    let learnt = choose(people(0, 6, 2), &known);
    assert_eq!((students(&learnt).len(), learnt.forgotten.len()), (6, 20));
    // Four say nothing against twenty.
    assert_eq!(choose(people(0, 4, 2), &known), Learnt::default());
}

#[test]
fn only_who_was_surely_there_teaches() {
    let session = Session::example(chrono::DateTime::UNIX_EPOCH);
    let evidence = |place, accuracy, scan| {
        let position = Evidence::new(Factor::Geofence, place, "").figure("accuracy_meters", accuracy);
        let heard = Evidence::new(Factor::AccessPoints, scan, "");
        EvidenceList(vec![Evidence::new(Factor::Code, Verdict::Passed, ""), position, heard])
    };
    let record = || Record {
        evidence: evidence(Verdict::Passed, 8.0, Verdict::Missing),
        ..Record::of(&session, Uuid::nil(), Status::Present, chrono::DateTime::UNIX_EPOCH)
    };
    let flagged = |flag| Record { flags: FlagList(vec![flag]), review: Review::Open, ..record() };
    assert!(is_sure(&record()));
    assert!(is_sure(&Record { status: Status::Late, ..record() }));
    // The room, and not the student, may be another one by now.
    let contradicted =
        Record { evidence: evidence(Verdict::Passed, 8.0, Verdict::Failed), ..flagged(Flag::Contradiction) };
    assert!(is_sure(&contradicted));
    let unsure = [
        Record { status: Status::Absent, ..record() },
        Record { evidence: evidence(Verdict::Uncertain, 8.0, Verdict::Passed), ..record() },
        Record { evidence: evidence(Verdict::Passed, 31.0, Verdict::Passed), ..record() },
        Record { evidence: evidence(Verdict::Passed, 0.0, Verdict::Passed), ..record() },
        Record { evidence: EvidenceList(Vec::new()), ..record() },
        Record { review: Review::Rejected, ..contradicted },
        flagged(Flag::ReplayedScan),
        flagged(Flag::SharedDevice),
        flagged(Flag::MockedPosition),
    ];
    for record in unsure {
        assert!(!is_sure(&record), "{record:?}");
    }
}
