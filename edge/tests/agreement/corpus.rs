//! Every document, message and request that the fuzz targets found worth keeping, through the same checks.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::checks;

fn replay(target: &str, check: impl Fn(&[u8])) {
    let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap_or_else(|fault| panic!("{folder}: {fault}")) {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        if catch_unwind(AssertUnwindSafe(|| check(&bytes))).is_err() {
            panic!("{} does not pass: {:?}", path.display(), String::from_utf8_lossy(&bytes));
        }
        count += 1;
    }
    assert!(count > 100, "the corpus in {folder} has only {count} files");
}

#[test]
fn documents() {
    replay("json_to_wire", checks::json_to_wire);
}

#[test]
fn messages() {
    replay("wire_to_json", checks::wire_to_json);
}

#[test]
fn requests() {
    replay("request_line", checks::request_line);
}
