//! Random messages and random documents through the edge and through the message library.

use proptest::prelude::*;
use prost_reflect::prost::Message as _;

use super::checks;
use super::dice::Dice;
use super::mirror::everything;

fn bytes(longest: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..longest)
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 800, max_shrink_iters: 4_000, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn messages_are_written_as_the_library_writes_them(bytes in bytes(600)) {
        checks::wire_to_json(&Dice::new(&bytes).message(everything(), 0).encode_to_vec());
    }

    #[test]
    fn unusual_encodings_are_understood(bytes in bytes(600), changes in bytes(60)) {
        let wire = Dice::new(&bytes).message(everything(), 0).encode_to_vec();
        checks::wire_to_json(&Dice::new(&changes).scramble(&everything(), &wire));
    }

    #[test]
    fn documents_are_read_as_the_library_reads_them(bytes in bytes(600), changes in bytes(60)) {
        let message = Dice::new(&bytes).message(everything(), 0);
        let Ok(mut document) = checks::library_written(&message) else { return Ok(()) };
        let mut dice = Dice::new(&changes);
        for _ in 0..dice.below(4) {
            dice.mutate(&mut document);
        }
        checks::json_to_wire(document.to_string().as_bytes());
    }

    #[test]
    fn damaged_documents_are_read_or_refused(bytes in bytes(300), place in any::<usize>(), byte in any::<u8>()) {
        let message = Dice::new(&bytes).message(everything(), 0);
        let Ok(document) = checks::library_written(&message) else { return Ok(()) };
        let mut json = document.to_string().into_bytes();
        let place = place % json.len();
        json[place] = byte;
        checks::json_to_wire(&json);
    }

    #[test]
    fn damaged_messages_are_written_or_refused(bytes in bytes(300), place in any::<usize>(), byte in any::<u8>()) {
        let mut wire = Dice::new(&bytes).message(everything(), 0).encode_to_vec();
        if let Some(place) = place.checked_rem(wire.len()) {
            wire[place] = byte;
        }
        checks::wire_to_json(&wire);
    }

    #[test]
    fn noise_is_refused_without_a_panic(bytes in bytes(200)) {
        checks::wire_to_json(&bytes);
        checks::json_to_wire(&bytes);
        checks::request_line(&bytes);
    }
}
