//! DailyRecordService: what another system says that a day was for somebody.

mod create;
mod parallel;
mod search;

use rollcall_proto::v1::{CreateApiKeyRequest, access::Scope};
use rollcall_tests::{Answer as _, actor::Actor, password::PASSWORD, rest::Rest};
use serde_json::{Value, json};

const CREATE: &str = "/api/v1/attendance/create";
const ALL: &str = "/api/v1/attendance/search/all";

/// Another system of an administrator's college, with a key for these scopes.
async fn system(admin: &Actor, scopes: &[Scope]) -> Actor {
    let request = CreateApiKeyRequest {
        name: format!("{scopes:?}"),
        scopes: scopes.iter().map(|scope| (*scope).into()).collect(),
        expires_at: None,
        current_password: PASSWORD.to_owned(),
    };
    let made = admin.api_keys().create_api_key(request).await.answer();
    admin.with_token(made.key)
}

/// The usual one, which reads and writes.
async fn payroll(admin: &Actor) -> Actor {
    system(admin, &[Scope::WorkforceRead, Scope::WorkforceWrite]).await
}

fn body(id: &str, name: &str, status: &str, date: &str) -> Value {
    json!({"id": id, "name": name, "status": status, "date": date})
}

async fn create(rest: &Rest, id: &str, name: &str, status: &str, date: &str) -> Value {
    rest.post(CREATE, &body(id, name, status, date)).await.answer()
}

/// Where the records of one person are. Whatever the id is, it is one value in there.
fn search_path(id: &str) -> String {
    let encoded: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("/api/v1/attendance/search?id={encoded}")
}

async fn search(rest: &Rest, id: &str) -> Value {
    rest.get(&search_path(id)).await.answer()["records"].clone()
}

/// Every page of a list, one record after the other.
async fn pages(rest: &Rest, path: &str, page_size: usize) -> Vec<Value> {
    let mut records = Vec::new();
    let mut token = String::new();
    loop {
        let separator = if path.contains('?') { '&' } else { '?' };
        let page = rest.get(&format!("{path}{separator}page_size={page_size}&page_token={token}")).await.answer();
        let these = page["records"].as_array().expect("records");
        assert!(these.len() <= page_size, "{page}");
        records.extend(these.iter().cloned());
        token = page["next_page_token"].as_str().expect("a token").to_owned();
        if token.is_empty() {
            return records;
        }
    }
}
