//! BulkService: CSV in and out.

mod access_points;
mod divisions;
mod enrolments;
mod export;
mod files;
mod formulas;
mod locations;
mod marks;
mod school;
mod timetables;
mod turns;
mod users;

use http::Method;
use rollcall_tests::{Class, Kind, actor::Actor, college::College, rest::Reply, until::soon, world::Plan};
use serde_json::{Value, json};

/// What an import does with a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    Dry,
    Real,
}

/// Sends a file.
async fn import(actor: &Actor, kind: &str, run: Run, csv: impl Into<Vec<u8>>) -> Reply {
    let path = match run {
        Run::Dry => format!("/api/v1/imports/{kind}?dry_run=true"),
        Run::Real => format!("/api/v1/imports/{kind}"),
    };
    let rest = actor.rest();
    let request = rest.request(Method::POST, &path).header("content-type", "text/csv").body(csv.into());
    rest.send(request).await
}

/// Imports a file that has no faults: how many rows it makes, changes, and leaves as they are. The dry run before says the
/// same and changes nothing, or the import would say otherwise.
async fn imported(actor: &Actor, kind: &str, csv: &str) -> [i64; 3] {
    let dry = import(actor, kind, Run::Dry, csv).await.answer();
    let real = import(actor, kind, Run::Real, csv).await.answer();
    let counts = |told: &Value| ["created", "updated", "unchanged"].map(|name| told[name].as_i64().expect("a count"));
    assert_eq!((&dry["dry_run"], &real["dry_run"]), (&json!(true), &json!(false)));
    for told in [&dry, &real] {
        assert_eq!((&told["fault_count"], &told["faults"]), (&json!(0), &json!([])), "{told}");
        assert_eq!(told["rows"].as_i64(), Some(counts(told).iter().sum()), "{told}");
    }
    assert_eq!(counts(&dry), counts(&real));
    counts(&real)
}

/// The faults of a file, as line, column and column number, and a word of what is said: a dry run lists them, and an import
/// is refused with the first of them.
async fn faults(actor: &Actor, kind: &str, csv: impl Into<Vec<u8>>) -> Vec<(i64, String, i64, String)> {
    let csv = csv.into();
    let told = import(actor, kind, Run::Dry, csv.clone()).await.answer();
    let listed = told["faults"].as_array().expect("faults");
    let faults: Vec<_> = listed
        .iter()
        .map(|fault| {
            let text = |name: &str| fault[name].as_str().expect("text").to_owned();
            let number = |name: &str| fault[name].as_i64().expect("a number");
            (number("line"), text("column"), number("column_number"), text("description"))
        })
        .collect();
    assert_eq!(told["fault_count"].as_u64(), Some(faults.len() as u64));
    let reply = import(actor, kind, Run::Real, csv).await;
    if faults.is_empty() {
        reply.answer();
        return faults;
    }
    let refusal = reply.refused();
    assert_eq!(refusal.reason, "IMPORT_FAULTY");
    assert_eq!(refusal.told("fault_count"), faults.len().to_string());
    let places: Vec<_> = faults
        .iter()
        .take(32)
        .map(|(line, column, number, _)| match (column.as_str(), number) {
            ("", _) => format!("line {line}"),
            (name, 0) => format!("line {line}, {name}"),
            (name, number) => format!("line {line}, column {number}, {name}"),
        })
        .collect();
    let told: Vec<_> = refusal.violations.iter().map(|(field, _)| field.clone()).collect();
    assert_eq!(told, places);
    faults
}

/// Whether a file has just these faults: each a line, a column, and a piece of what is said.
pub async fn assert_faults(actor: &Actor, kind: &str, csv: &str, expected: &[(i64, &str, &str)]) {
    let found = faults(actor, kind, csv).await;
    let is_as_expected = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|((line, column, _, told), (at, of, piece))| line == at && column == of && told.contains(piece));
    assert!(is_as_expected, "{csv}\nfound {found:#?}\nexpected {expected:#?}");
}

/// All rows of a kind, as the text of a file.
async fn export(actor: &Actor, kind: &str) -> String {
    let reply = soon("the export comes", actor.rest().get(&format!("/api/v1/exports/{kind}"))).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.bytes));
    assert_eq!(reply.content_type, "text/csv; charset=utf-8");
    let name = kind.replace('-', "_");
    assert_eq!(reply.headers["content-disposition"], format!("attachment; filename=\"{name}.csv\""));
    String::from_utf8(reply.bytes.to_vec()).expect("UTF-8")
}

/// The rows of an export, without the header.
fn rows_of(csv: &str) -> Vec<Vec<String>> {
    let csv = csv.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new().from_reader(csv.as_bytes());
    reader.records().map(|record| record.expect("a row").iter().map(str::to_owned).collect()).collect()
}

/// Two colleges with the same names in them; the administrator of the first one imports.
async fn two_colleges(kind: Kind, students: usize) -> (Class, College) {
    let (college, other) = (College::new("riverside", students), College::new("hillside", students));
    let class = Class { world: Plan::new(kind).start(&[&college, &other]).await, college };
    (class, other)
}
