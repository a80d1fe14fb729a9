//! Whose every id is. An id that is in no file belongs to the college that was first told of it.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::Value;
use uuid::Uuid;

use crate::{college::College, problem::Refusal};

/// What both colleges were told.
pub struct Ledger {
    owners: Mutex<HashMap<Uuid, usize>>,
    /// What each college writes into its own texts, and the other one must never read.
    marks: [String; 2],
    crossings: Mutex<Vec<String>>,
    pub answers: AtomicU64,
    pub refusals: AtomicU64,
    pub ids: AtomicU64,
}

impl Ledger {
    /// # Panics
    /// When the colleges share an id: then nothing could be told apart.
    pub fn of(colleges: &[College; 2]) -> Self {
        let mut owners = HashMap::new();
        for (number, college) in colleges.iter().enumerate() {
            let seed = serde_json::to_value(college.seed()).expect("JSON");
            for id in ids(&seed) {
                assert_eq!(*owners.entry(id).or_insert(number), number, "{id} is in both colleges");
            }
        }
        Self {
            owners: Mutex::new(owners),
            marks: [0, 1].map(|number| colleges[number].college.short_name.clone()),
            crossings: Mutex::default(),
            answers: AtomicU64::new(0),
            refusals: AtomicU64::new(0),
            ids: AtomicU64::new(0),
        }
    }

    /// Takes down what a college was answered. A refusal may say again what was asked for.
    ///
    /// # Panics
    /// Never.
    pub fn read(&self, college: usize, what: &str, asked: &Value, result: &Result<Value, Refusal>) {
        match result {
            Ok(told) => {
                self.answers.fetch_add(1, Ordering::Relaxed);
                self.look(college, what, told, &[]);
            }
            Err(refusal) => {
                self.refusals.fetch_add(1, Ordering::Relaxed);
                let told =
                    Value::String(format!("{} {:?} {:?}", refusal.message, refusal.metadata, refusal.violations));
                self.look(college, what, &told, &ids(asked));
            }
        }
    }

    fn look(&self, college: usize, what: &str, told: &Value, allowed: &[Uuid]) {
        let found = ids(told);
        self.ids.fetch_add(found.len() as u64, Ordering::Relaxed);
        let mut owners = self.owners.lock().expect("the ids");
        for id in found {
            if *owners.entry(id).or_insert(college) != college && !allowed.contains(&id) {
                self.crossed(college, what, &format!("{id} in {told}"));
            }
        }
        if texts(told).iter().any(|text| text.contains(&self.marks[1 - college])) {
            self.crossed(college, what, &format!("the other's name in {told}"));
        }
    }

    /// Takes down that a college got what it must not get.
    ///
    /// # Panics
    /// Never.
    pub fn crossed(&self, college: usize, what: &str, how: &str) {
        self.crossings.lock().expect("the crossings").push(format!("{} {what}: {how}", self.marks[college]));
    }

    /// # Panics
    /// Never.
    pub fn crossings(&self) -> Vec<String> {
        self.crossings.lock().expect("the crossings").clone()
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// Every id in a value, also in the middle of a text.
fn ids(value: &Value) -> Vec<Uuid> {
    const LENGTH: usize = 36;
    let mut ids = Vec::new();
    for text in texts(value) {
        let windows = text.as_bytes().windows(LENGTH).filter(|window| window[8] == b'-' && window[23] == b'-');
        ids.extend(windows.filter_map(|window| Uuid::try_parse_ascii(window).ok()));
    }
    ids
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crossing::twins;

    #[test]
    fn what_crosses_is_seen() {
        let colleges = twins(1);
        let ledger = Ledger::of(&colleges);
        let (own, other) = (colleges[0].location.id, colleges[1].location.id);
        let new = Uuid::now_v7();
        let answered = |college, told: Value| ledger.read(college, "test", &Value::Null, &Ok(told));
        answered(0, json!({"rows": [{"id": own}, {"id": new}], "note": format!("at {own}")}));
        assert_eq!(ledger.crossings(), Vec::<String>::new());
        for told in [json!([other]), json!({"note": format!("x{other}y")}), json!({"name": "At westcampus"})] {
            let before = ledger.crossings().len();
            answered(0, told.clone());
            assert_eq!(ledger.crossings().len(), before + 1, "{told}");
        }
        answered(1, json!(new));
        assert_eq!(ledger.crossings().len(), 4, "what the first was told of first is the first's");
    }
}
