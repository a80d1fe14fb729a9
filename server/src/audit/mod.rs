//! Who did what, and who was denied what.
//!
//! Promises: a row is written in the transaction of what it tells of, so that neither is there without the other; it is never
//! changed or deleted. A refusal has no transaction: its row is written beside the answer, which does not wait for it.

mod convert;
mod list_audit_rows;
mod service;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    entity::audit_row::{self, ActorKind},
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{Database, ROWS_PER_STATEMENT, Tx},
};

pub use service::Service;

/// One deed.
#[derive(Clone, Debug)]
pub struct Row(audit_row::Model);

impl Row {
    pub fn new(college_id: Uuid, action: &str, now: DateTime<Utc>) -> Self {
        Self(audit_row::Model {
            college_id,
            id: Uuid::now_v7(),
            actor_id: None,
            actor_kind: ActorKind::User,
            action: action.to_owned(),
            object_type: String::new(),
            object_id: String::new(),
            detail: json!({}),
            ip_address: None,
            request_id: None,
            created_at: now,
        })
    }

    /// What a caller does in their own college.
    pub fn by(principal: &Principal, origin: &Origin, action: &str, now: DateTime<Utc>) -> Self {
        let mut row = Self::new(principal.college_id, action, now).actor(principal.id).from(origin);
        if principal.token().is_none() {
            row.0.actor_kind = ActorKind::ApiKey;
        }
        row
    }

    /// The same deed, done to something else.
    pub fn another(&self) -> Self {
        Self(audit_row::Model { id: Uuid::now_v7(), ..self.0.clone() })
    }

    pub const fn college_id(&self) -> Uuid {
        self.0.college_id
    }

    pub fn actor(mut self, id: Uuid) -> Self {
        self.0.actor_id = Some(id);
        self
    }

    pub fn object(mut self, kind: &str, id: Uuid) -> Self {
        self.0.object_type = kind.to_owned();
        self.0.object_id = id.to_string();
        self
    }

    /// What the deed cannot be understood without.
    pub fn detail(mut self, detail: Value) -> Self {
        self.0.detail = detail;
        self
    }

    pub fn from(mut self, origin: &Origin) -> Self {
        self.0.ip_address = origin.address.map(|address| address.to_string());
        self.0.request_id = origin.request_id.clone();
        self
    }
}

/// Adds a row to a transaction.
pub async fn insert(tx: &Tx, row: Row) -> Result<(), Problem> {
    audit_row::insert([row.0.into()]).exec_without_returning(tx).await?;
    Ok(())
}

/// The same of many deeds, in few statements.
pub async fn insert_many(tx: &Tx, rows: Vec<Row>) -> Result<(), Problem> {
    for some in rows.chunks(ROWS_PER_STATEMENT) {
        audit_row::insert(some.iter().cloned().map(|row| row.0.into())).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Adds a row by itself, where nothing else is written.
pub async fn write(database: &Database, row: Row) -> Result<(), Problem> {
    database.write(move |tx| Box::pin(async move { insert(tx, row).await })).await
}
