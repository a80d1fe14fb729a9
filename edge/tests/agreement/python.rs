//! Python's `google.protobuf.json_format` as a second opinion. It knows nothing of the message library, and its decoder
//! is the one of the C implementation.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use prost_reflect::prost::Message as _;
use rollcall_edge::JsonInput;
use serde_json::{Value as Json, json};

use super::dice::Dice;
use super::mirror::{Mirror, POOL, everything};
use super::python_table::{AGREED, ONLY_EDGE, ONLY_PYTHON, READ_DIFFERENTLY, only_python_reads, only_python_refuses};
use super::same::documents;

/// A Python that answers questions.
struct Python {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Python {
    fn start() -> Python {
        let root = env!("CARGO_MANIFEST_DIR");
        // The packages are those of the Python client.
        let clients = format!("{root}/../tests/clients");
        let venv = Command::new(format!("{clients}/venv")).arg(format!("{clients}/python/requirements.txt")).output();
        let venv = venv.expect("tests/clients/venv starts");
        assert!(venv.status.success(), "no Python: {}", String::from_utf8_lossy(&venv.stderr));
        let mut child = Command::new(format!("{}/bin/python", String::from_utf8_lossy(&venv.stdout).trim()))
            .arg(format!("{root}/tests/agreement/oracle.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let (questions, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut python = Python { child, questions, answers: BufReader::new(answers) };
        let mut files = Vec::new();
        prost_types::FileDescriptorSet { file: POOL.file_descriptor_protos().cloned().collect() }
            .encode(&mut files)
            .unwrap();
        python.ask(json!({"types": STANDARD.encode(files)}));
        python
    }

    fn ask(&mut self, question: Json) -> Json {
        writeln!(self.questions, "{question}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|fault| panic!("Python answers {answer:?} to {question}: {fault}"))
    }

    /// A message in its one encoding, or why it is none.
    fn settled(&mut self, wire: &[u8]) -> Result<String, String> {
        outcome(&self.ask(json!({"wire": STANDARD.encode(wire)})))
    }

    /// The message that a document is to Python, in its one encoding.
    fn read(&mut self, json: &str) -> Result<String, String> {
        outcome(&self.ask(json!({"json": json})))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It may have gone already.
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

fn outcome(answer: &Json) -> Result<String, String> {
    match answer["wire"].as_str() {
        Some(wire) => Ok(wire.to_owned()),
        None => Err(answer["fault"].to_string()),
    }
}

/// The same every time, so that a failure is one for everybody.
fn random_bytes(longest: usize) -> impl FnMut() -> Vec<u8> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let bytes = proptest::collection::vec(proptest::num::u8::ANY, 0..longest);
    move || bytes.new_tree(&mut runner).unwrap().current()
}

#[test]
fn random_messages_mean_the_same_to_python() {
    let mut python = Python::start();
    let mirror = Mirror::new();
    let (mut bytes, mut changes) = (random_bytes(500), random_bytes(40));
    let mut written = 0;
    for round in 0..2_000 {
        let wire = Dice::new(&bytes()).message(everything(), 0).encode_to_vec();
        // Every other message comes in an unusual encoding.
        let wire = if round % 2 == 0 { wire } else { Dice::new(&changes()).scramble(&everything(), &wire) };
        let answer = python.ask(json!({"wire": STANDARD.encode(&wire), "write": true}));
        let Ok(settled) = outcome(&answer) else {
            let refused = mirror.to_json(&wire);
            assert!(
                refused.is_err(),
                "Python cannot decode {}: {answer}; the edge: {refused:?}",
                STANDARD.encode(&wire)
            );
            continue;
        };
        let Some(texts) = answer["texts"].as_array() else {
            let refused = mirror.to_json(&wire);
            assert!(
                refused.is_err(),
                "Python cannot write {}: {answer}; the edge: {refused:?}",
                STANDARD.encode(&wire)
            );
            continue;
        };
        let own = mirror.to_json(&wire).unwrap_or_else(|fault| panic!("only Python writes {answer}: {fault}"));
        let text = |place: usize| texts[place].as_str().unwrap();
        // Proto names and defaults are what the edge writes too.
        let parsed = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        assert!(documents(&parsed(&own), &parsed(text(1))), "the edge writes {own}, Python {}", text(1));
        match python.read(&own) {
            // It does not even read what it writes.
            Err(fault) if only_python_refuses(&fault) => {}
            read => assert_eq!(read.as_ref(), Ok(&settled), "Python reads {own}"),
        }
        for text in [text(0), text(1)] {
            let read = mirror.to_wire(text.as_bytes(), JsonInput::ProtoJson);
            let read = read.unwrap_or_else(|refusal| panic!("{refusal}: {text}"));
            assert_eq!(python.settled(&read).as_ref(), Ok(&settled), "the edge reads {text}");
        }
        written += 1;
    }
    assert!(written > 1_300, "only {written} messages could be written");
}

#[test]
fn random_documents_mean_the_same_to_python() {
    let mut python = Python::start();
    let mirror = Mirror::new();
    let (mut bytes, mut changes) = (random_bytes(400), random_bytes(60));
    let (mut read, mut refused) = (0, 0);
    for _ in 0..1_000 {
        let message = Dice::new(&bytes()).message(everything(), 0);
        let Ok(mut document) = super::checks::library_written(&message) else { continue };
        let changes = changes();
        let mut dice = Dice::new(&changes);
        for _ in 0..dice.below(3) {
            dice.mutate(&mut document);
        }
        let text = document.to_string();
        match (mirror.to_wire(text.as_bytes(), JsonInput::ProtoJson), python.read(&text)) {
            (Ok(wire), Ok(expected)) => {
                assert_eq!(python.settled(&wire).as_ref(), Ok(&expected), "{text}");
                read += 1;
            }
            (Err(_), Err(_)) => refused += 1,
            (Err(refusal), Ok(_)) => {
                assert!(only_python_reads(&refusal), "only Python reads {text}: {refusal}");
            }
            (Ok(_), Err(fault)) => {
                assert!(only_python_refuses(&fault), "only the edge reads {text}: {fault}");
            }
        }
    }
    assert!(read > 300 && refused > 100, "{read} were read and {refused} refused");
}

#[test]
fn python_refuses_what_the_edge_refuses() {
    let mut python = Python::start();
    let mirror = Mirror::new();
    let mut faults = Vec::new();
    for text in AGREED {
        let own = mirror.to_wire(text.as_bytes(), JsonInput::ProtoJson);
        match (own.map(|wire| python.settled(&wire).unwrap()), python.read(text)) {
            (Ok(own), Ok(expected)) if own == expected => {}
            (Err(_), Err(_)) => {}
            (own, expected) => faults.push(format!("{text}: the edge {own:?}, Python {expected:?}")),
        }
    }
    for (text, why) in ONLY_EDGE {
        let (own, expected) = (mirror.to_wire(text.as_bytes(), JsonInput::ProtoJson), python.read(text));
        if own.is_err() || expected.is_ok() {
            faults.push(format!("{text} ({why}): the edge {own:?}, Python {expected:?}"));
        }
    }
    for (text, why) in ONLY_PYTHON {
        let (own, expected) = (mirror.to_wire(text.as_bytes(), JsonInput::ProtoJson), python.read(text));
        if own.is_ok() || expected.is_err() {
            faults.push(format!("{text} ({why}): the edge {own:?}, Python {expected:?}"));
        }
    }
    for (text, why) in READ_DIFFERENTLY {
        let own = mirror.to_wire(text.as_bytes(), JsonInput::ProtoJson).unwrap();
        let (own, expected) = (python.settled(&own), python.read(text));
        if own == expected || expected.is_err() {
            faults.push(format!("{text} ({why}): the edge {own:?}, Python {expected:?}"));
        }
    }
    // Nesting is bounded by both, by Python at a hundred levels.
    let nested = |levels: usize| format!("{}{}", r#"{"inner":"#.repeat(levels), "{}".to_owned() + &"}".repeat(levels));
    assert!(mirror.to_wire(nested(63).as_bytes(), JsonInput::ProtoJson).is_ok() && python.read(&nested(63)).is_ok());
    assert!(
        mirror.to_wire(nested(110).as_bytes(), JsonInput::ProtoJson).is_err() && python.read(&nested(110)).is_err()
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
