//! What a policy would have decided, counted from the stored rows one by one.

use std::collections::BTreeMap;

use rollcall_proto::v1::{
    ComparePolicyResponse,
    attendance_record::Flag,
    compare_policy_response::{Cause, Outcome},
    evidence::Factor::{self, Code, Geofence},
};
use rollcall_tests::Class;
use serde_json::Value;

/// Enforced, its reason, would be, its cause, its factor and its flag.
pub type Key = (Outcome, String, Outcome, Cause, Factor, Flag);
/// How many, and which of them the policy would have changed.
pub type Table = BTreeMap<String, (Key, usize, Vec<String>)>;

pub const REFUSED: Outcome = Outcome::Refused;

/// The same of an answer.
pub fn told(response: &ComparePolicyResponse) -> Table {
    let mut table = Table::new();
    for cell in &response.cells {
        let key = (
            cell.enforced(),
            cell.reason.clone(),
            cell.would_be(),
            cell.would_be_cause(),
            cell.would_be_factor(),
            cell.would_be_flag(),
        );
        assert_eq!(cell.differs, cell.enforced != cell.would_be, "{cell:?}");
        assert!(cell.record_ids.is_empty() || cell.enforced() != REFUSED, "{cell:?}");
        assert!(cell.attempt_ids.is_empty() || cell.enforced() == REFUSED, "{cell:?}");
        let mut ids: Vec<String> = cell.record_ids.iter().chain(&cell.attempt_ids).cloned().collect();
        ids.sort();
        let count = usize::try_from(cell.count).expect("a count");
        assert!(table.insert(format!("{key:?}"), (key, count, ids)).is_none(), "a cell comes once: {response:?}");
    }
    table
}

/// One factor of stored evidence: its verdict, and the age of a code.
fn verdict(evidence: &[Value], factor: &str) -> (String, Option<f64>) {
    let item = evidence.iter().find(|item| item["factor"] == factor);
    let verdict = item.map_or("MISSING", |item| item["verdict"].as_str().expect("a verdict"));
    (verdict.to_owned(), item.and_then(|item| item["figures"]["age_seconds"].as_f64()))
}

fn flags(evidence: &[Value]) -> Vec<String> {
    let of = |item: &Value| item["flags"].as_array().cloned().unwrap_or_default();
    evidence.iter().flat_map(of).map(|flag| flag.as_str().expect("a flag").to_owned()).collect()
}

pub type Decision = (Outcome, Cause, Factor, Flag);

const fn decided(outcome: Outcome, cause: Cause, factor: Factor) -> Decision {
    (outcome, cause, factor, Flag::Unspecified)
}

/// A code alone, less than 14 s old; made-up positions are refused.
pub fn by_strict(evidence: &[Value]) -> Decision {
    let (code, age) = verdict(evidence, "CODE");
    match (code.as_str(), age) {
        ("MISSING", _) => return decided(REFUSED, Cause::MoreNeeded, Factor::Unspecified),
        (_, Some(age)) if age < 14.0 => {}
        _ => return decided(REFUSED, Cause::FactorFailed, Code),
    }
    let flags = flags(evidence);
    if flags.iter().any(|flag| flag == "MOCKED_POSITION") {
        return (REFUSED, Cause::FlagRefused, Factor::Unspecified, Flag::MockedPosition);
    }
    let outcome = if flags.is_empty() { Outcome::Accepted } else { Outcome::Flagged };
    decided(outcome, Cause::Unspecified, Factor::Unspecified)
}

/// A code, and a position or access points; doubts are asked about.
pub fn by_asking(evidence: &[Value]) -> Decision {
    let (code, age) = verdict(evidence, "CODE");
    match (code.as_str(), age) {
        ("MISSING", _) => return decided(REFUSED, Cause::MoreNeeded, Factor::Unspecified),
        ("FAILED", Some(age)) if age < 50.0 => {}
        ("FAILED", _) => return decided(REFUSED, Cause::FactorFailed, Code),
        _ => {}
    }
    match verdict(evidence, "GEOFENCE").0.as_str() {
        "PASSED" => {}
        "FAILED" => return decided(REFUSED, Cause::FactorFailed, Geofence),
        _ => return decided(REFUSED, Cause::MoreNeeded, Factor::Unspecified),
    }
    let outcome = if flags(evidence).is_empty() { Outcome::Accepted } else { Outcome::Flagged };
    decided(outcome, Cause::Unspecified, Factor::Unspecified)
}

/// Counts every row, and how many no rules decide.
pub async fn recount(class: &Class, decide: fn(&[Value]) -> Decision) -> (Table, usize) {
    let rows = class.world.rows().await;
    let list = |row: &Value, column: &str| -> Vec<Value> {
        serde_json::from_str(row[column].as_str().expect("text")).expect("a list")
    };
    let records = "SELECT CAST(evidence AS text) AS evidence, CAST(flags AS text) AS flags, check_in_id, session_id \
                   FROM attendance_records WHERE check_in_id IS NOT NULL";
    let attempts = "SELECT CAST(evidence AS text) AS evidence, reason, session_id FROM check_in_attempts";
    let (mut table, mut skipped) = (Table::new(), 0);
    let mut add = |enforced: Outcome, reason: &str, evidence: &[Value]| {
        let (outcome, cause, factor, flag) = decide(evidence);
        let key = (enforced, reason.to_owned(), outcome, cause, factor, flag);
        table.entry(format!("{key:?}")).or_insert((key, 0, Vec::new())).1 += 1;
    };
    for row in rows.all(records).await {
        let enforced = if list(&row, "flags").is_empty() { Outcome::Accepted } else { Outcome::Flagged };
        add(enforced, "", &list(&row, "evidence"));
    }
    for row in rows.all(attempts).await {
        let (reason, evidence) = (row["reason"].as_str().expect("a reason"), list(&row, "evidence"));
        match evidence.is_empty() || ["NOT_ENROLLED", "SESSION_NOT_ACTIVE"].contains(&reason) {
            true => skipped += 1,
            false => add(REFUSED, reason, &evidence),
        }
    }
    (table, skipped)
}
